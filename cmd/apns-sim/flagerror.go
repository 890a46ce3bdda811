package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
)

// A flagError is a mistake in what a flag is set to, be it by a variable or a file.
type flagError struct {
	flag  string
	place string // where it is set, as [settings.locate] finds out; "" is the flag itself
	what  error
}

// Error begins with the place.
func (e *flagError) Error() string { return cmp.Or(e.place, "--"+e.flag) + e.what.Error() }

func (e *flagError) Unwrap() error { return e.what }

// mistake makes a flagError; the format goes on behind the name of the flag.
func mistake(flag, format string, args ...any) error {
	return &flagError{flag: flag, what: fmt.Errorf(format, args...)}
}

// unlike is a mistake about a word that is none of those that it may be.
func unlike(flag, word string, words []string) error {
	nearest, _ := apns.Nearest(word, words)
	return mistake(flag, " is %q; it can be %s; did you mean %s?", word, alternatives(words), nearest)
}

// alternatives lists words for a reader.
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

// A spans row is a flag and its length of time, a counts row one and its number.
type (
	spans  map[string]time.Duration
	counts map[string]int
)

// negatives returns a mistake for each that is less than 0.
func (s spans) negatives() error {
	var wrong []error
	for _, flag := range sorted(s) {
		if s[flag] < 0 {
			wrong = append(wrong, mistake(flag, " is %s; it cannot be negative", s[flag]))
		}
	}
	return errors.Join(wrong...)
}

// below returns a mistake for each that is less than a number.
func (c counts) below(least int) error {
	var wrong []error
	for _, flag := range sorted(c) {
		switch n := c[flag]; {
		case n >= least:
		case least == 0:
			wrong = append(wrong, mistake(flag, " is %d; it cannot be negative", n))
		default:
			wrong = append(wrong, mistake(flag, " is %d; it is %d at least", n, least))
		}
	}
	return errors.Join(wrong...)
}

// locate has the mistakes in err say where the flags are set.
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
		wrong.place = s.place(ctx, flag)
	}
	return wrong
}

// place is where a flag is set, for a reader; "" for the command line and the default.
func (s *settings) place(ctx *kong.Context, flag *kong.Flag) string {
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
