package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/environ"
)

// settings decide between the places that a setting of the simulator may come from:
// flag, variable, file, profile, default, in this order. It is a kong.Resolver.
type settings struct {
	loaded  bool
	file    *configFile // nil for none
	profile string
	// failed is what is wrong with the file. It is not for kong, which would blame a
	// flag for it.
	failed error
}

// Validate has nothing to say: the file is read when it is known.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag that the command line does not have, nil to
// leave it to the variable or the default.
func (s *settings) Resolve(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	if !s.load(ctx, parent.Flags) || slices.Contains(notInFile, flag.Name) || fromVariable(flag) != "" {
		return nil, nil //nolint:nilnil // How kong wants to hear that there is nothing.
	}
	if s.file != nil {
		if entry, ok := s.file.entries[flag.Name]; ok {
			return entry.value, nil
		}
	}
	return profileValue(s.profile, flag.Name), nil
}

// parse reads a command line with these settings. What is wrong with the file is told
// first.
func (s *settings) parse(parser *kong.Kong, args []string) (*kong.Context, error) {
	parsed, err := parser.Parse(args)
	if err != nil {
		err = withHint(allMistakes(parser, args, err), args)
	}
	if s.failed != nil {
		err = errors.Join(s.failed, err)
	}
	return parsed, err
}

// load reads the file and finds the profile, if the verb has settings at all.
func (s *settings) load(ctx *kong.Context, flags []*kong.Flag) bool {
	config, profile := named(flags, "config"), named(flags, "profile")
	if config == nil || profile == nil {
		return false
	}
	if s.loaded {
		return true
	}
	s.loaded = true
	if path := fmt.Sprint(ctx.FlagValue(config)); path != "" {
		s.file, s.failed = readConfig(path, flags)
	}
	s.profile = fmt.Sprint(ctx.FlagValue(profile))
	if s.file != nil && !given(ctx, profile) && fromVariable(profile) == "" {
		if entry, ok := s.file.entries["profile"]; ok {
			s.profile = fmt.Sprint(entry.value)
		}
	}
	return true
}

// origin says where the value of a flag comes from.
func (s *settings) origin(ctx *kong.Context, flag *kong.Flag) string {
	if given(ctx, flag) {
		return "flag"
	}
	if variable := fromVariable(flag); variable != "" {
		return "variable " + variable
	}
	if s.file != nil {
		if entry, ok := s.file.entries[flag.Name]; ok {
			return fmt.Sprintf("file %s:%d", s.file.path, entry.line)
		}
	}
	if profileValue(s.profile, flag.Name) != nil {
		return "profile " + s.profile
	}
	return "default"
}

// chosen tells of a flag, by its name, whether its value is more than the default.
func (s *settings) chosen(ctx *kong.Context) func(flag string) bool {
	return func(name string) bool { return s.origin(ctx, named(ctx.Selected().Flags, name)) != "default" }
}

// given reports whether the command line has a flag.
func given(ctx *kong.Context, flag *kong.Flag) bool {
	return slices.ContainsFunc(ctx.Path, func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved })
}

// fromVariable returns the variable that sets a flag, "" if there is none.
func fromVariable(flag *kong.Flag) string {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return name
		}
	}
	return ""
}

func named(flags []*kong.Flag, name string) *kong.Flag {
	for _, flag := range flags {
		if flag.Name == name {
			return flag
		}
	}
	return nil
}

// strangeVariables lists the variables that look like ours and are not, each with the
// nearest right name. They may be somebody's own; a mistake in a name would go
// unnoticed otherwise.
func strangeVariables(app *kong.Application, list []string) (remarks []string) {
	known := []string{}
	for _, leaf := range app.Leaves(false) {
		for _, flag := range leaf.AllFlags(false) {
			for _, f := range flag {
				known = append(known, f.Envs...)
			}
		}
		for _, argument := range leaf.Positional {
			known = append(known, argument.Tag.Envs...)
		}
	}
	for _, v := range environ.Variables() {
		known = append(known, v.Name)
	}
	for _, variable := range list {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "APNS_SIM_") || slices.Contains(known, name) {
			continue
		}
		nearest, _ := apns.Nearest(name, known)
		remarks = append(remarks, fmt.Sprintf("the variable %s means nothing; did you mean %s?", name, nearest))
	}
	slices.Sort(remarks)
	return remarks
}
