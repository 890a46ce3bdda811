package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// fillIn replaces the variables in the grammar, as in ${listen}, by their values. kong
// would do that itself if it were given the variables, but it looks through all of them
// again for each flag, with a regular expression, and that takes longer than the
// simulator needs to start: https://github.com/alecthomas/kong/blob/v1.17.0/kong.go#L244
func fillIn(k *kong.Kong) error {
	vars := grammarVars()
	return kong.Visit(k.Model.Node, func(v kong.Visitable, next kong.Next) error {
		switch v := v.(type) {
		case *kong.Node:
			v.Help = replaceVars(v.Help, vars)
			hideRareFlags(v)
		case *kong.Flag: // its value follows
			v.PlaceHolder = replaceVars(v.PlaceHolder, vars)
		case *kong.Value:
			v.Default = replaceVars(v.Default, vars)
			v.Enum = replaceVars(v.Enum, vars)
			v.Help = replaceVars(v.Help, vars)
			if v.Flag != nil {
				oldVariables(v.Flag)
				v.Help = withDefault(v.Flag, vars)
			}
		}
		return next(nil)
	})
}

// replaceVars replaces each ${name} whose value is known. kong does the rest, such as
// ${default}, and rejects unknown ones.
func replaceVars(text string, vars map[string]string) string {
	var filled strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		filled.WriteString(before)
		if !found || !closed {
			return filled.String() + text[len(before):]
		}
		if value, known := vars[name]; known {
			filled.WriteString(value)
		} else {
			filled.WriteString("${" + name + "}")
		}
		text = after
	}
}
