package clidoc

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Man writes the manual page of a program, in section 1, for man(7) of groff and
// mandoc. version and date, as 2026-12-01, stand at its edges; each may be "".
func Man(w io.Writer, app *kong.Application, version, date string) error {
	summary, about, _ := strings.Cut(app.Help, "\n\n")
	var p page
	p.line(".TH %s 1 %s %s %s", argument(strings.ToUpper(app.Name)), `"`+date+`"`, argument(app.Name+" "+version), argument("User Commands"))
	p.line(".SH NAME\n%s \\- %s", escaped(app.Name), escaped(firstSentence(summary)))
	p.line(".SH SYNOPSIS\n.B %s\n[\\fICOMMAND\\fR] [\\fIFLAGS\\fR] [\\fIARGUMENTS\\fR]", escaped(app.Name))
	p.line(".SH DESCRIPTION")
	p.paragraphs(summary, about)
	p.line(".SH COMMANDS")
	shared := defaultFlags(app)
	for _, c := range commands(app)[1:] {
		if len(c.words) == 0 {
			p.command(app, c, shared)
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// A page is the text of a manual page.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) {
	_, _ = fmt.Fprintf(p, format+"\n", args...) // a Builder takes everything
}

// paragraphs writes texts, each of which may have an empty line between two paragraphs,
// after a heading.
func (p *page) paragraphs(texts ...string) {
	separator := ""
	for paragraph := range strings.SplitSeq(strings.Join(texts, "\n\n"), "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			p.line("%s%s", separator, escaped(paragraph))
			separator = ".PP\n"
		}
	}
}

// command writes a command with its arguments and flags. A command that takes all flags
// of the default one refers to it.
func (p *page) command(app *kong.Application, c command, shared []*kong.Flag) {
	p.line(".SS %s", argument(app.Name+c.path))
	p.paragraphs(c.node.Help, c.node.Detail)
	for _, positional := range c.node.Positional {
		p.line(".TP\n\\fI%s\\fR\n%s", escaped(positional.Summary()), escaped(positional.Help))
	}
	flags := c.flags
	if c.node != app.DefaultCmd && takesAll(flags, shared) {
		flags = slices.DeleteFunc(slices.Clone(flags), func(f *kong.Flag) bool { return hasFlag(shared, f.Name) })
		p.line(".PP\n%s", escaped("It takes the flags of "+app.Name+" "+app.DefaultCmd.Name+", and these:"))
	}
	for _, flag := range flags {
		p.flag(flag)
	}
}

// flag writes a flag, its help and its variable.
func (p *page) flag(flag *kong.Flag) {
	if flag.Name == "help" {
		return
	}
	name := `\fB` + escaped("--"+flag.Name) + `\fR`
	if kindOf(flag) != nothing {
		name += `=\fI` + escaped(flag.FormatPlaceHolder()) + `\fR`
	}
	p.line(".TP\n%s\n%s", name, escaped(flag.Help))
	if len(flag.Envs) > 0 {
		p.line("Variable: %s.", escaped(strings.Join(flag.Envs, ", ")))
	}
}

// defaultFlags are the flags of the command that runs if none is written.
func defaultFlags(app *kong.Application) []*kong.Flag {
	if app.DefaultCmd == nil {
		return nil
	}
	return flagsOf(app.DefaultCmd)
}

// takesAll reports whether a command takes every one of some flags.
func takesAll(flags, some []*kong.Flag) bool {
	return len(some) > 0 && !slices.ContainsFunc(some, func(f *kong.Flag) bool { return !hasFlag(flags, f.Name) })
}

func hasFlag(flags []*kong.Flag, name string) bool {
	return slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Name == name })
}

// escaped writes text so that roff prints it as it is: a line that begins with a dot or
// a quote would be a request, and - a hyphen.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// argument writes text as one argument of a request.
func argument(text string) string {
	return `"` + strings.ReplaceAll(escaped(text), `"`, `\(dq`) + `"`
}
