package clidoc

import (
	"strings"

	"github.com/alecthomas/kong"
)

// fish writes completions for fish.
// https://fishshell.com/docs/current/completions.html
func fish(s *script, app *kong.Application) {
	at := "_" + identifier(app.Name) + "_at"
	s.line("# fish completion for %s, written by %s completion fish.", app.Name, app.Name)
	s.line("function %s", at)
	s.line(`    set -l at
    for word in (commandline -opc)[2..]
        switch "$at $word"`)
	var all []string
	for _, c := range commands(app)[1:] {
		all = append(all, fished(c.path))
	}
	s.line("            case %s", strings.Join(all, " "))
	s.line(`                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end`)
	s.line("complete -c %s -f", app.Name)
	for _, c := range commands(app) {
		start := "complete -c " + app.Name + " -n " + fished(at+` "`+c.path+`"`)
		for _, child := range c.words {
			s.line("%s -a %s -d %s", start, child.Name, fished(firstSentence(child.Help)))
		}
		for _, flag := range c.flags {
			s.line("%s -l %s%s -d %s", start, flag.Name, fishValue(flag), fished(firstSentence(flag.Help)))
		}
	}
}

// fished quotes for fish, in whose quotes a backslash escapes.
func fished(text string) string { return quoted(strings.ReplaceAll(text, `\`, `\\`), `\'`) }

// fishValue is what completes the value of a flag.
func fishValue(flag *kong.Flag) string {
	if words := values(flag); words != nil {
		return " -x -a " + fished(strings.Join(words, " "))
	}
	switch kindOf(flag) {
	case file:
		return " -r -F"
	case directory:
		return " -x -a '(__fish_complete_directories)'"
	case anything:
		return " -x"
	}
	return ""
}
