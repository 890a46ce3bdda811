package clidoc

import (
	"strings"

	"github.com/alecthomas/kong"
)

// zsh writes completions for zsh: for a file _NAME in a folder of $fpath, or to be
// evaluated. https://zsh.sourceforge.io/Doc/Release/Completion-System.html
func zsh(s *script, app *kong.Application) {
	name := identifier(app.Name)
	s.line("#compdef %s", app.Name)
	s.line("# zsh completion for %s, written by %s completion zsh.", app.Name, app.Name)
	s.line("%s() {", name)
	s.line(`	local at= word i
	local -a commands flags
	for ((i = 2; i < CURRENT; i++)); do
		word=${words[i]}
		if [[ $word == -- ]]; then # a program and its arguments follow
			_normal
			return
		fi
		case "$at $word" in`)
	s.line("		(%s) at=\"$at $word\" ;;", strings.ReplaceAll(paths(app), " | ", "|"))
	s.line(`		esac
	done
	case "$at ${words[CURRENT - 1]}" in`)
	for _, c := range commands(app) {
		for _, flag := range c.flags {
			zshValue(s, posix(c.path+" --"+flag.Name), flag)
		}
	}
	s.line(`	esac
	case "$at" in`)
	for _, c := range commands(app) {
		s.line("	(%s)", posix(c.path))
		for _, child := range c.words {
			s.line("		commands+=(%s)", zshEntry(child.Name, child.Help))
		}
		for _, flag := range c.flags {
			s.line("		flags+=(%s)", zshEntry("--"+flag.Name, flag.Help))
		}
		s.line("		;;")
	}
	s.line(`	esac
	(( ${#commands} )) && _describe -t commands command commands
	_describe -o -t options option flags
	(( ${#commands} )) || _files
}`)
	s.line("if [ \"$funcstack[1]\" = _%s ]; then\n\t%s\nelse\n\tcompdef %s %s\nfi", app.Name, name, name, app.Name)
}

// zshValue writes what completes the value of a flag.
func zshValue(s *script, pattern string, flag *kong.Flag) {
	words, of := values(flag), kindOf(flag)
	switch {
	case words != nil:
		var all []string
		for _, word := range words {
			all = append(all, posix(word))
		}
		s.line("	(%s) compadd -- %s; return ;;", pattern, strings.Join(all, " "))
	case of == file:
		s.line("	(%s) _files; return ;;", pattern)
	case of == directory:
		s.line("	(%s) _files -/; return ;;", pattern)
	case of == anything:
		s.line("	(%s) _message %s; return ;;", pattern, posix(flag.FormatPlaceHolder()))
	}
}

// zshEntry is a word with its description, which a colon separates.
func zshEntry(word, help string) string {
	return posix(strings.ReplaceAll(word, ":", `\:`) + ":" + firstSentence(help))
}
