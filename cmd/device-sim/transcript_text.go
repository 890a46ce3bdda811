package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/printable"
)

// shownBytes is how many bytes of a long value stand in a line.
const shownBytes = 16

// transcriptText writes entries for a terminal.
type transcriptText struct{ page }

func (t *transcriptText) entry(p entry) {
	if p.Part != "" {
		t.line("\n%s", t.look(bold, "═══ "+p.Part+" ═══"))
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
func (t *transcriptText) frameLine(p entry) {
	if p.Packed {
		t.bytes(shorten(p.Raw), "in packed framing; below is what it says, in plain framing")
		return
	}
	t.bytes(hex.EncodeToString(p.Raw[:1])+" "+hex.EncodeToString(p.Raw[1:frameHead]),
		printable.Styled(fmt.Sprintf("command 0x%02x, and the length of the items: %d bytes", p.Raw[0], len(p.Raw)-frameHead)))
}

// frameHead is the length of command and length in plain framing.
const frameHead = 5

func (t *transcriptText) item(i item) {
	bytes := hex.EncodeToString(i.Head[:1]) + " " + hex.EncodeToString(i.Head[1:]) + " " + shorten(i.Value)
	meaning := t.look(bold, i.Name)
	if i.Text != "" {
		meaning += printable.Styled(" " + printable.Text(i.Text))
	}
	if i.Meaning != "" {
		meaning += printable.Styled(": " + printable.Text(i.Meaning))
	}
	t.bytes(bytes, meaning)
	for _, r := range i.Rows {
		t.detail("          ", r)
	}
}

// bytesColumn is how wide the column of the bytes is.
const bytesColumn = 36

// bytes writes bytes, in hex, and their meaning.
func (t *transcriptText) bytes(inHex string, meaning printable.Styled) {
	if len(inHex) > bytesColumn {
		t.line("   %s", t.look(dim, inHex))
		inHex = ""
	}
	t.line("   %s %s", t.look(dim, fmt.Sprintf("%-*s", bytesColumn, inHex)), meaning)
}

func (t *transcriptText) detail(indent string, r row) {
	t.line("%s%s %s", indent, t.look(dim, fmt.Sprintf("%-16s", r.Label)), r.Text)
}

// width is how long a line of prose is.
const width = 100

// wrapped writes prose in lines.
func (t *transcriptText) wrapped(indent, prose string) {
	line := indent
	for word := range strings.FieldsSeq(prose) {
		if len(line)+1+len(word) > width && line != indent {
			t.line("%s", line)
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	if line != indent {
		t.line("%s", line)
	}
}

// shorten gives the beginning of a long value in hex.
func shorten(value []byte) string {
	if len(value) <= 2*shownBytes {
		return hex.EncodeToString(value)
	}
	return fmt.Sprintf("%x… (%d bytes)", value[:shownBytes], len(value))
}
