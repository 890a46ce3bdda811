package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// shownBytes is how many bytes of a long value stand in a line.
const shownBytes = 16

// transcriptText writes passages for a terminal.
type transcriptText struct{ page }

func (t *transcriptText) passage(p passage) {
	if p.Part != "" {
		t.buf.WriteString("\n" + t.look(bold, "═══ "+p.Part+" ═══") + "\n")
	}
	title := fmt.Sprintf("%d. %s", p.Number, p.Title)
	if p.From != 0 {
		title += fmt.Sprintf("  %s  %d bytes", arrow(p.From), len(p.Raw))
	}
	t.head("%s", title)
	t.wrapped("   ", p.Note)
	if p.Raw != nil {
		t.frameLine(p)
	}
	for _, i := range p.Items {
		t.item(i)
	}
	for _, r := range p.Rows {
		t.detail("   ", r)
	}
	t.flush()
}

// arrow is the direction of a frame.
func arrow(from courier.Direction) string { return from.String() }

// frameLine shows the beginning of a frame, and all of it if it is packed.
func (t *transcriptText) frameLine(p passage) {
	if p.Packed {
		t.line(shorten(p.Raw), "in packed framing; below is what it says, in plain framing")
		return
	}
	t.line(hex.EncodeToString(p.Raw[:1])+" "+hex.EncodeToString(p.Raw[1:frameHead]),
		fmt.Sprintf("command 0x%02x, and the length of the items: %d bytes", p.Raw[0], len(p.Raw)-frameHead))
}

// frameHead is the length of command and length in plain framing.
const frameHead = 5

func (t *transcriptText) item(i item) {
	bytes := hex.EncodeToString(i.Head[:1]) + " " + hex.EncodeToString(i.Head[1:]) + " " + shorten(i.Value)
	meaning := t.look(bold, i.Name)
	if i.Text != "" {
		meaning += " " + printable(i.Text)
	}
	if i.Meaning != "" {
		meaning += ": " + i.Meaning
	}
	t.line(bytes, meaning)
	for _, r := range i.Rows {
		t.detail("          ", r)
	}
}

// bytesColumn is how wide the column of the bytes is.
const bytesColumn = 36

// line writes bytes and their meaning.
func (t *transcriptText) line(bytes, meaning string) {
	if len(bytes) > bytesColumn {
		fmt.Fprintf(&t.buf, "   %s\n", t.look(dim, bytes))
		bytes = ""
	}
	fmt.Fprintf(&t.buf, "   %s %s\n", t.look(dim, fmt.Sprintf("%-*s", bytesColumn, bytes)), meaning)
}

func (t *transcriptText) detail(indent string, r row) {
	fmt.Fprintf(&t.buf, "%s%s %s\n", indent, t.look(dim, fmt.Sprintf("%-16s", r.Label)), printable(r.Text))
}

// width is how long a line of prose is.
const width = 100

// wrapped writes prose in lines.
func (t *transcriptText) wrapped(indent, prose string) {
	line := indent
	for word := range strings.FieldsSeq(prose) {
		if len(line)+1+len(word) > width && line != indent {
			t.buf.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	if line != indent {
		t.buf.WriteString(line + "\n")
	}
}

// shorten gives the beginning of a long value in hex.
func shorten(value []byte) string {
	if len(value) <= 2*shownBytes {
		return hex.EncodeToString(value)
	}
	return fmt.Sprintf("%x… (%d bytes)", value[:shownBytes], len(value))
}
