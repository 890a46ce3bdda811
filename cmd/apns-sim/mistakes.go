package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// aboutAFlag matches what kong says of one flag: that there is none of this name, or
// that its value cannot be read.
var aboutAFlag = regexp.MustCompile(`^(?:unknown flag --([\w-]+)|--([\w-]+)(?:: | must be one of ))`)

// allMistakes adds to the first mistake in the flags of a command line, or in the
// variables that stand for them, the others, because kong stops at the first: the
// flag that is wrong is taken away, and the rest read again. What is no longer about
// a flag may be due to the taking away, and is not told. The parser is of no use for
// anything else afterwards. Rest is what could be read, nil if it is of no use.
func allMistakes(parser *kong.Kong, args []string, first error) (rest *kong.Context, wrong error) {
	mistakes := []error{first}
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
			mistakes = append(mistakes, err)
		}
	}
	return rest, errors.Join(mistakes...)
}

// flagOf returns the name of the flag that a mistake is about, "" if it is about none.
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
