package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/printable"
)

// A page writes text for a terminal: headings, and rows of a label and a text. It buffers
// the output until flush, so that one event is one write.
type page struct {
	sink
	color bool
	buf   bytes.Buffer
}

// The styles of a text, as ANSI codes.
const (
	bold = "1"
	dim  = "2"
	good = "32"
	bad  = "31"
)

// styled returns s in a style, if the terminal has colors.
func (p *page) styled(code, s string) printable.Styled {
	s = printable.Text(s)
	if !p.color || strings.TrimSpace(s) == "" {
		return printable.Styled(s)
	}
	return printable.Styled("\x1b[" + code + "m" + s + "\x1b[0m")
}

// line writes a line. All text for the terminal is written by it: it escapes unprintable
// characters in the arguments.
func (p *page) line(format string, args ...any) {
	p.buf.WriteString(strings.TrimRight(printable.Sprintf(format, args...), " "))
	p.buf.WriteByte('\n')
}

// head starts a block.
func (p *page) head(format string, args ...any) {
	p.line("\n%s", p.styled(bold, printable.Sprintf(format, args...)))
}

// row writes a label and its text.
func (p *page) row(label, format string, args ...any) {
	p.line("  %s%s", p.styled(dim, fmt.Sprintf("%-12s", label)), printable.Styled(printable.Sprintf(format, args...)))
}

// more writes another text of the same row.
func (p *page) more(format string, args ...any) { p.row("", format, args...) }

func (p *page) flush() {
	p.write(p.buf.Bytes())
	p.buf.Reset()
}

// compact removes the white space from JSON; other text is unchanged.
func compact(raw []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return bytes.TrimSpace(raw)
	}
	return b.Bytes()
}
