package clidoc

import (
	"strings"

	"github.com/alecthomas/kong"
)

// bash writes completions for bash. It splits --flag=value at the sign into three
// words, which COMP_WORDBREAKS has it do.
// https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
func bash(s *script, app *kong.Application) {
	name := identifier(app.Name)
	s.line("# bash completion for %s, written by %s completion bash.", app.Name, app.Name)
	s.line("%s() {", name)
	s.line(`	local at= word words= i cur=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[[ $word == -- ]] && return # a program and its arguments follow
		case "$at $word" in`)
	s.line("		%s) at=\"$at $word\" ;;", paths(app))
	s.line(`		esac
	done
	if [[ $cur == = ]]; then
		cur=
	elif [[ $flag == = ]]; then
		flag=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case "$at $flag" in`)
	for _, c := range commands(app) {
		for _, flag := range c.flags {
			bashValue(s, posix(c.path+" --"+flag.Name), flag)
		}
	}
	s.line(`	esac
	case "$at" in`)
	for _, c := range commands(app) {
		s.line("	%s) words=%s ;;", posix(c.path), posix(strings.Join(wordsOf(c), " ")))
	}
	s.line(`	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}`)
	s.line("complete -o default -F %s %s", name, app.Name)
}

// bashValue writes what completes the value of a flag.
func bashValue(s *script, pattern string, flag *kong.Flag) {
	const reply = "	%s) COMPREPLY=($(compgen %s -- \"$cur\")); return ;;"
	words, of := values(flag), kindOf(flag)
	switch {
	case words != nil:
		s.line(reply, pattern, "-W "+posix(strings.Join(words, " ")))
	case of == file:
		s.line(reply, pattern, "-f")
	case of == directory:
		s.line(reply, pattern, "-d")
	case of == anything:
		s.line("	%s) return ;;", pattern)
	}
}

// wordsOf are the commands and flags that may follow.
func wordsOf(c command) (words []string) {
	for _, child := range c.words {
		words = append(words, child.Name)
	}
	for _, flag := range c.flags {
		words = append(words, "--"+flag.Name)
	}
	return words
}
