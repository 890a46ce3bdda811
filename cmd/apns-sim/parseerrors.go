package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"
)

// aboutAFlag matches kong's errors about one flag: it does not exist, or its value cannot be parsed.
var aboutAFlag = regexp.MustCompile(`^(?:unknown flag --([\w-]+)|--([\w-]+)(?:: | must be one of ))`)

// allErrors adds to the first error in the flags or variables of a command line the others, since kong stops at
// the first: it removes the flag in question and parses the rest again. An error that is no longer about a flag
// may come from the removal and is left out. The parser cannot be used afterwards. rest is what could be parsed,
// or nil.
func allErrors(parser *kong.Kong, args []string, first error) (rest *kong.Context, err error) {
	found := []error{plainError(first)}
	name := flagOf(first)
	for name != "" {
		fewer := without(args, name)
		if len(fewer) == len(args) && !forgetVariable(parser, name) {
			break
		}
		args = fewer
		parsed, err := parser.Parse(args)
		if err == nil {
			rest = parsed
			break
		}
		if name = flagOf(err); name != "" {
			found = append(found, plainError(err))
		}
	}
	return rest, errors.Join(found...)
}

// valueErrors rewrites kong's errors about values that it cannot parse:
// https://github.com/alecthomas/kong/blob/v1.17.0/mapper.go
var valueErrors = sync.OnceValue(func() []valueError {
	const quoted = `("(?:[^"\\]|\\.)*")`
	return []valueError{
		{regexp.MustCompile(`expected \w+ value but got "EOL" \(<EOL>\)`), "the value is missing"},
		{regexp.MustCompile(`expected \w+ value but got ` + quoted + ` \(short flag\); perhaps try (\S+)\?`), "$1 looks like a flag; write $2"},
		{regexp.MustCompile(`expected duration but got ` + quoted + `(?:: time: [a-z ]+(?:` + quoted + ` in duration )?` + quoted + `)?`), "$1 is not a duration; write one such as 90s or 1h30m"},
		{regexp.MustCompile(`expected a valid \d+ bit int but got ` + quoted), "$1 is not a whole number"},
		{regexp.MustCompile(`expected a valid \d+ bit uint but got ` + quoted), "$1 is not a whole number from 0"},
		{regexp.MustCompile(`expected an? (?:int|float) but got ` + quoted + `(?: \(\w+\))?`), "$1 is not a number"},
		{regexp.MustCompile(`bool value must be true, 1, yes, false, 0 or no but got ` + quoted), "$1 is not true or false"},
		{regexp.MustCompile(`parsing time ` + quoted + ` as .*: cannot parse .*|parsing time ` + quoted + `: .*`), "$1$2 is not a time; write one such as 2030-01-01T12:00:00Z"},
		{regexp.MustCompile(`\(from envar (\w+)=.*\)$`), "(from $1)"},
	}
})

// A valueError is an error of kong and the text in its place.
type valueError struct {
	pattern *regexp.Regexp
	text    string
}

// plainError rewrites an error of kong in plain words.
func plainError(err error) error {
	text := err.Error()
	for _, known := range valueErrors() {
		text = known.pattern.ReplaceAllString(text, known.text)
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// flagOf returns the name of the flag that an error is about, "" if it is about none.
func flagOf(err error) string {
	found := aboutAFlag.FindStringSubmatch(err.Error())
	if found == nil || strings.Contains(err.Error(), "\n") {
		return ""
	}
	return found[1] + found[2]
}

// without returns args without the first flag of this name, and without its value if
// that looks like one.
func without(args []string, name string) []string {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	i := slices.IndexFunc(args[:end], func(arg string) bool {
		return arg == "--"+name || strings.HasPrefix(arg, "--"+name+"=")
	})
	if i < 0 {
		return args
	}
	next := i + 1
	if args[i] == "--"+name && next < end && !strings.HasPrefix(args[next], "-") {
		next++
	}
	return slices.Concat(args[:i], args[next:])
}

// forgetVariable makes the parser ignore the variable that stands for a flag, and
// reports whether one is set.
func forgetVariable(parser *kong.Kong, name string) bool {
	for _, leaf := range parser.Model.Leaves(false) {
		for _, group := range leaf.AllFlags(false) {
			if flag := named(group, name); flag != nil && fromVariable(flag) != "" {
				flag.Envs, flag.Tag.Envs = nil, nil
				return true
			}
		}
	}
	return false
}
