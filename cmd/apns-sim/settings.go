package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/spelling"
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
// first, then what cannot be read, then what can be read and not be meant.
func (s *settings) parse(parser *kong.Kong, args []string) (*kong.Context, error) {
	parsed, err := parser.Parse(args)
	rest := parsed
	var wrong error
	if err != nil {
		rest, wrong = allErrors(parser, args, err)
	}
	var misspelled error
	if s.loaded && rest != nil {
		misspelled = misspelledVariables(rest, os.Environ())
	}
	if s.failed == nil && err == nil && misspelled == nil {
		return parsed, nil
	}
	wrong = errors.Join(s.failed, wrong, misspelled, s.meaning(rest))
	if err != nil {
		wrong = withHint(wrong, err, args)
	}
	return parsed, wrong
}

// meaning finds what cannot be meant in settings that could be read; those that could
// not are at their defaults.
func (s *settings) meaning(rest *kong.Context) error {
	if rest == nil || rest.Selected() == nil {
		return nil
	}
	var serve *serveCommand
	switch command := rest.Selected().Target.Addr().Interface().(type) {
	case *serveCommand:
		serve = command
	case *execCommand:
		serve = &command.Serve
	case *configShow:
		serve = &command.Serve
	default:
		return nil
	}
	serve.chosen = s.chosen(rest)
	_, err := serve.config()
	return s.locate(rest, err)
}

// load reads the file and finds the profile, if the command has settings at all.
func (s *settings) load(ctx *kong.Context, flags []*kong.Flag) bool {
	config, profile := named(flags, "config"), named(flags, "profile")
	if config == nil || profile == nil {
		return false
	}
	if s.loaded {
		return true
	}
	s.loaded = true
	if value := fmt.Sprint(ctx.FlagValue(config)); value != "" {
		origin := configVariable
		if given(ctx, config) {
			origin = configFlag
		}
		s.file, s.failed = readConfig(value, origin, flags)
	}
	s.profile = fmt.Sprint(ctx.FlagValue(profile))
	if s.file != nil && !given(ctx, profile) && fromVariable(profile) == "" {
		if entry, ok := s.file.entries["profile"]; ok {
			s.profile = fmt.Sprint(entry.value)
		}
	}
	return true
}

// logsJSON reports whether a command line asks for a log in JSON. One with errors
// is searched for the flag.
func (s *settings) logsJSON(grammar *kong.Application, parsed *kong.Context, args []string, failure error) bool {
	var format *kong.Flag
	for _, command := range grammar.Leaves(false) {
		format = cmp.Or(format, named(command.Flags, "log-format"))
	}
	switch {
	case format == nil:
		return false
	case failure == nil:
		return parsed.FlagValue(format) == logJSON
	}
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	if i := slices.Index(args, "--log-format"); i >= 0 && i+1 < len(args) {
		return args[i+1] == logJSON
	}
	if i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--log-format=") }); i >= 0 {
		return strings.HasSuffix(args[i], "="+logJSON)
	}
	if variable := fromVariable(format); variable != "" {
		return os.Getenv(variable) == logJSON
	}
	return s.file != nil && s.file.entries["log-format"].value == logJSON
}

// renamed has a remark for each old name of a flag that is used.
func (s *settings) renamed(parsed *kong.Context, args []string) []string {
	if parsed.Selected() == nil {
		return nil
	}
	remarks := renamedFlags(parsed.Selected(), args)
	if s.file != nil {
		remarks = append(remarks, s.file.remarks...)
	}
	return remarks
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
			return fmt.Sprintf("%s:%d", s.file.kind(), entry.line)
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

// misspelling is by how many letters a variable's name may differ from a setting's to
// be taken for that and no other.
const misspelling = 2

// misspelledVariables finds the variables that can only be meant for a setting of the
// command.
func misspelledVariables(parsed *kong.Context, list []string) error {
	var settings []string
	for _, flag := range parsed.Selected().Flags {
		settings = append(settings, flag.Envs...)
	}
	var wrong []error
	for _, name := range unknownVariables(parsed.Model, list) {
		nearest, edits := spelling.Nearest(name, settings)
		if edits > misspelling {
			continue
		}
		whole, err := wholeModel()
		if err != nil {
			return err
		}
		if !slices.Contains(knownVariables(whole), name) { // nor is it another command's
			wrong = append(wrong, fmt.Errorf("unknown environment variable %s; did you mean %s?", name, nearest))
		}
	}
	return errors.Join(wrong...)
}

// strangeVariables lists the variables that look like ours and are not, each with the
// nearest right name. They may be somebody's own, as those that Kubernetes makes of a
// service called apns-sim; a mistake in a name would go unnoticed otherwise.
func strangeVariables(app *kong.Application, list []string) (remarks []string) {
	for _, name := range unknownVariables(app, list) {
		nearest, _ := spelling.Nearest(name, knownVariables(app))
		remarks = append(remarks, fmt.Sprintf("unknown environment variable %s is ignored; did you mean %s?", name, nearest))
	}
	return remarks
}

// unknownVariables returns the names of the variables that look like ours and are not, in order.
func unknownVariables(app *kong.Application, list []string) (names []string) {
	known := knownVariables(app)
	for _, variable := range list {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "APNS_SIM_") && !slices.Contains(known, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// knownVariables are those of all flags, and those that programs are told with.
func knownVariables(app *kong.Application) []string {
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
	for _, v := range envvars.Variables() {
		known = append(known, v.Name)
	}
	return known
}
