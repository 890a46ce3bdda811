package clidoc

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// shells has the writer of completions of each shell.
var shells = map[string]func(w *script, app *kong.Application){"bash": bash, "zsh": zsh, "fish": fish}

// Shells are the shells for which there are completions.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Completion writes the completions of a program for one of [Shells].
func Completion(w io.Writer, app *kong.Application, shell string) error {
	write, ok := shells[shell]
	if !ok {
		return fmt.Errorf("there are no completions for %q; write one of %s", shell, strings.Join(Shells(), ", "))
	}
	var s script
	write(&s, app)
	_, err := io.WriteString(w, s.String())
	return err
}

// A script is the text of a shell script.
type script struct{ strings.Builder }

func (s *script) line(format string, args ...any) {
	_, _ = fmt.Fprintf(s, format+"\n", args...) // a Builder takes everything
}

// quoted writes a word for a shell, in which nothing is expanded. The three shells agree
// on it but for the quote itself.
func quoted(text, quote string) string { return "'" + strings.ReplaceAll(text, "'", quote) + "'" }

// posix quotes for bash and zsh.
func posix(text string) string { return quoted(text, `'\''`) }

// paths are the patterns of a case that tells whether a word leads to a command.
func paths(app *kong.Application) string {
	var all []string
	for _, c := range commands(app)[1:] {
		all = append(all, posix(c.path))
	}
	return strings.Join(all, " | ")
}
