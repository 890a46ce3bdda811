package main

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// configCommand groups the commands about the settings of serve and exec.
type configCommand struct {
	Show  configShow  `cmd:"" help:"List the settings with their values and sources."`
	Check configCheck `cmd:"" help:"Check a configuration file."`
}

// configShow has the flags of serve, and shows what they come to.
type configShow struct {
	Serve   serveCommand `embed:""`
	Changed bool         `help:"List only settings that differ from the default."`
	JSON    bool         `name:"json" help:"Print one JSON object per line."`
}

// A setting is a flag of serve with its value.
type setting struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	Means string `json:"means,omitempty"` // where the value does not say it
	From  string `json:"from"`
}

// Run lists the settings.
func (s *configShow) Run(ctx *kong.Context, from *settings, c *console) error {
	s.Serve.chosen = from.chosen(ctx)
	var list []setting
	for _, flag := range ctx.Selected().Flags {
		if flag.Name == "help-all" || !isSetting(flag.Name) {
			continue
		}
		one := setting{Name: flag.Name, Value: flag.Target.Interface(), From: from.origin(ctx, flag)}
		if slices.Contains(secretFlags, flag.Name) && one.Value != "" {
			one.Value = "(a secret)"
		}
		if one.Name == "config" && holdsSettings(fmt.Sprint(one.Value)) {
			one.Value = "(settings)" // which may be secret
		}
		if one.Name == "webhook" { // which may have a password
			names, err := s.Serve.webhookFlags.names()
			if err != nil {
				return usageError{err}
			}
			one.Value = names
		}
		if span, ok := one.Value.(time.Duration); ok {
			one.Value = durationText(span)
		}
		s.effective(&one)
		if !s.Changed || one.From != "default" {
			list = append(list, one)
		}
	}
	return show(c, s.JSON, list, "SETTING\tVALUE\tFROM", func(s *setting) []string {
		return []string{s.Name, cmp.Or(s.Means, settingWords(s.Value), "none"), s.From}
	})
}

// effective replaces a value that stands for another one.
func (s *configShow) effective(one *setting) {
	for _, d := range sim.Listeners() {
		if d.Flag != one.Name || !s.Serve.anyPort(d.Listener) {
			continue
		}
		one.Value, one.From = "127.0.0.1:0", "any-port"
		if d.Optional {
			one.Value = sim.Off
		}
	}
	switch {
	case one.From != "default":
	case one.Name == "logins-at-once":
		one.Value = runtime.GOMAXPROCS(0)
	default:
		one.Means = replaceVars(unset[one.Name], grammarVars())
	}
}

// settingWords is a value in a table.
func settingWords(value any) string {
	if list := reflect.ValueOf(value); list.Kind() == reflect.Slice {
		words := make([]string, list.Len())
		for i := range words {
			words[i] = fmt.Sprint(list.Index(i))
		}
		return strings.Join(words, " ")
	}
	return fmt.Sprint(value)
}

type configCheck struct {
	File string `arg:"" help:"Configuration file."`
}

// Run checks the file as serve would, and opens nothing.
func (f *configCheck) Run(c *console) error {
	var commands struct {
		Serve serveCommand `cmd:""`
	}
	from := new(settings)
	parser, err := kong.New(&commands, grammar, kong.Resolvers(from))
	if err != nil {
		return err
	}
	parsed, err := from.parse(parser, []string{"serve", "--config", f.File})
	if err != nil {
		return usageError{err}
	}
	cfg, err := commands.Serve.config()
	if err != nil {
		return usageError{from.locate(parsed, err)}
	}
	if _, err := sim.New(cfg); err != nil {
		return usageError{fmt.Errorf("%s: %w", f.File, err)}
	}
	_, err = fmt.Fprintln(c.stdout, f.File, "is valid")
	return err
}
