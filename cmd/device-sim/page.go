package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// A page writes text for a terminal: headings, and rows of a label and a text. What
// was written goes out at each flush, so that one event is one write.
type page struct {
	sink
	color bool
	buf   bytes.Buffer
}

// The looks of a text, as ANSI codes.
const (
	bold = "1"
	dim  = "2"
	good = "32"
	bad  = "31"
)

// look gives s in a look, if the terminal has colors.
func (p *page) look(code, s string) string {
	if !p.color || strings.TrimSpace(s) == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// head starts a block.
func (p *page) head(format string, args ...any) {
	fmt.Fprintf(&p.buf, "\n%s\n", p.look(bold, fmt.Sprintf(format, args...)))
}

// row writes a label and a text beside it.
func (p *page) row(label, format string, args ...any) {
	p.buf.WriteString(strings.TrimRight(fmt.Sprintf("  %s%s", p.look(dim, fmt.Sprintf("%-12s", label)), fmt.Sprintf(format, args...)), " "))
	p.buf.WriteByte('\n')
}

// more writes a text under that of the row above.
func (p *page) more(format string, args ...any) { p.row("", format, args...) }

func (p *page) flush() {
	p.write(p.buf.Bytes())
	p.buf.Reset()
}

// printable makes a text from outside safe for a terminal: what is not printable is
// shown as its code.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return b.String()
}

// compact takes the space out of JSON; what is not JSON stays.
func compact(raw []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return bytes.TrimSpace(raw)
	}
	return b.Bytes()
}
