package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// A flagError is an invalid value of a setting, from a flag, an environment variable or a file.
type flagError struct {
	flag     string
	location string // where it is set, filled in by [settings.locate]; "" is the command line
	what     error
}

// Error starts with the place.
func (e *flagError) Error() string { return cmp.Or(e.location, "--"+e.flag) + e.what.Error() }

func (e *flagError) Unwrap() error { return e.what }

// badFlag returns a flagError; the format continues after the name of the flag.
func badFlag(flag, format string, args ...any) error {
	return &flagError{flag: flag, what: fmt.Errorf(format, args...)}
}

// notOneOf returns an error about a word that is not among the allowed ones.
func notOneOf(flag, word string, words []string) error {
	nearest, _ := spelling.Nearest(word, words)
	return badFlag(flag, " is %q; write %s; did you mean %s?", word, alternatives(words), nearest)
}

// alternatives joins words with commas and "or".
func alternatives(words []string) (text string) {
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text += " or "
		default:
			text += ", "
		}
		text += word
	}
	return text
}

// durations are durations and counts are numbers, by flag.
type (
	durations map[string]time.Duration
	counts    map[string]int
)

// negatives returns an error for each value below 0.
func (s durations) negatives() error {
	var wrong []error
	for _, flag := range sorted(s) {
		if s[flag] < 0 {
			wrong = append(wrong, badFlag(flag, " is %s; it cannot be negative", s[flag]))
		}
	}
	return errors.Join(wrong...)
}

// below returns an error for each value below the minimum.
func (c counts) below(least int) error {
	var wrong []error
	for _, flag := range sorted(c) {
		switch n := c[flag]; {
		case n >= least:
		case least == 0:
			wrong = append(wrong, badFlag(flag, " is %d; it cannot be negative", n))
		default:
			wrong = append(wrong, badFlag(flag, " is %d; the minimum is %d", n, least))
		}
	}
	return errors.Join(wrong...)
}

// locate adds to the flag errors in err where the flags are set.
func (s *settings) locate(ctx *kong.Context, err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var located []error
		for _, one := range joined.Unwrap() {
			located = append(located, s.locate(ctx, one))
		}
		return errors.Join(located...)
	}
	wrong, ok := errors.AsType[*flagError](err)
	if !ok {
		return err
	}
	if flag := named(ctx.Selected().Flags, wrong.flag); flag != nil {
		wrong.location = s.location(ctx, flag)
	}
	return wrong
}

// location says where a flag is set; "" is the command line or the default.
func (s *settings) location(ctx *kong.Context, flag *kong.Flag) string {
	if given(ctx, flag) {
		return ""
	}
	if variable := fromVariable(flag); variable != "" {
		return variable
	}
	if s.file != nil {
		if entry, ok := s.file.entries[flag.Name]; ok {
			return fmt.Sprintf("%s:%d: %s", s.file.path, entry.line, flag.Name)
		}
	}
	return ""
}
