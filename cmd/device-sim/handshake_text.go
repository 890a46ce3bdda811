package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/printable"
)

// lessonText writes the lesson for a terminal.
type lessonText struct{ page }

const (
	// shownBytes is how many bytes of a long value a line shows.
	shownBytes = 12
	// bytesColumn is the width of the column of bytes.
	bytesColumn = 30
	// width is the width of a line of prose.
	width = 100
)

func (t *lessonText) title(l *lesson.Lesson) {
	t.line("%s", t.styled(bold, l.Title))
	t.wrapped("", "All bytes below are real: a moment ago, this program acted as a device and as a provider, and "+
		"exchanged them with the simulator's APNs ("+l.Environment+"). Nothing was sent to Apple.")
	t.flush()
}

// act begins an act. An experiment has an act of its own.
func (t *lessonText) act(l *lesson.Lesson, a lesson.Act) {
	title := fmt.Sprintf("Act %d: %s", a.Number, a.Title)
	if l.Experiment != nil {
		title = "What happens"
	}
	t.line("\n%s", t.styled(bold, "═══ "+title+" ═══"))
}

func (t *lessonText) step(s *lesson.Step) {
	t.head("%d. %s", s.Number, s.Title)
	t.line("   %s", t.styled(dim, arrow(s)))
	t.wrapped("   ", s.Plain)
	t.line("")
	t.wrapped("   ", "Exactly: "+s.Exactly)
	for _, w := range s.Words {
		t.wrapped("   ", w.Word+": "+w.Meaning+".")
	}
	for _, k := range s.Keys {
		t.detail("key", fmt.Sprintf("%s holds %s (%s)%s", k.Holder, k.Name, k.Kind, after(": ", k.Note)))
	}
	for _, c := range s.Checks {
		t.check(c)
	}
	for i := range s.Blocks {
		t.block(&s.Blocks[i])
	}
	for _, r := range s.Rows {
		t.detail(r.Label, r.Text)
	}
	for _, l := range s.Links {
		t.detail("see", l.Title+"  "+l.URL)
	}
	for _, name := range s.Experiments {
		t.detail("break it", "device-sim handshake --experiment "+name)
	}
	t.flush()
}

// lanes are the columns of the three parties.
var lanes = []lesson.Party{lesson.Device, lesson.APNs, lesson.Provider}

// arrow draws the parties of a step and the direction of what is sent.
func arrow(s *lesson.Step) string {
	if s.To == "" {
		return string("● " + s.From)
	}
	line := "──"
	if s.Outside {
		line = "┄┄" // it does not pass through APNs
	}
	for _, party := range lanes {
		switch party {
		case s.From:
			return fmt.Sprintf("%s %s %s %s▶ %s", s.From, line, s.Sent, line, s.To)
		case s.To:
			return fmt.Sprintf("%s ◀%s %s %s %s", s.To, line, s.Sent, line, s.From)
		}
	}
	return s.Sent
}

// after returns text with a prefix, "" if there is no text.
func after(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

func (t *lessonText) block(b *lesson.Block) {
	t.line("   %s", t.styled(bold, fmt.Sprintf("%s (%d bytes)", b.Title, len(b.Bytes))))
	if len(b.Parts) == 0 {
		t.bytes(0, shorten(b, 0, len(b.Bytes)), "")
	}
	for _, p := range b.Parts {
		meaning := t.styled(bold, p.Name)
		if p.Value != "" {
			meaning += printable.Styled(" " + printable.Text(p.Value))
		}
		if p.Meaning != "" {
			meaning += printable.Styled(": " + printable.Text(p.Meaning))
		}
		t.bytes(p.Level, shorten(b, p.At, p.Size), meaning)
	}
}

// bytes writes bytes and their meaning.
func (t *lessonText) bytes(level int, shown string, meaning printable.Styled) {
	t.line("   %s%s %s", strings.Repeat("  ", level), t.styled(dim, fmt.Sprintf("%-*s", bytesColumn, shown)), meaning)
}

// shorten returns the beginning of a part of a block.
func shorten(b *lesson.Block, at, size int) string {
	value := b.Bytes[min(at, len(b.Bytes)):min(at+size, len(b.Bytes))]
	if b.Text {
		if len(value) <= 2*shownBytes {
			return string(value)
		}
		return string(value[:2*shownBytes]) + "…"
	}
	if len(value) <= shownBytes {
		return hex.EncodeToString(value)
	}
	return hex.EncodeToString(value[:shownBytes]) + "…"
}

// marks are the signs before checks, by their results.
var marks = map[string]string{
	lesson.Equal: "✓", lesson.Passed: "✓", lesson.NotEqual: "✗", lesson.Failed: "✗", lesson.NotReached: "·",
}

func (t *lessonText) check(c lesson.Check) {
	style := good
	if c.Fails() {
		style = bad
	}
	text := c.Seen
	if c.Left.Label != "" {
		text = fmt.Sprintf("%s %s, %s %s", c.Left.Label, c.Left.Text, c.Right.Label, c.Right.Text)
	}
	text += after("  ", c.Detail)
	t.line("   %s %s %s", t.styled(style, marks[c.Result]+" "+c.Result), t.styled(bold, c.Name), text)
}

func (t *lessonText) detail(label, text string) {
	t.line("   %s %s", t.styled(dim, fmt.Sprintf("%-10s", label)), text)
}

func (t *lessonText) end(l *lesson.Lesson) {
	if e := l.Experiment; e != nil {
		t.head("%s stops this, at the check: %s", e.By, e.Check)
		t.detail("response", e.Response)
		t.wrapped("   ", e.Plain)
		t.flush()
		return
	}
	t.head("Break it")
	t.wrapped("   ", "Each of these experiments changes one thing, and shows who stops it, at which check: device-sim handshake --experiment NAME")
	for _, e := range lesson.Experiments() {
		t.line("   %s %s", t.styled(bold, fmt.Sprintf("%-24s", e.Name)), e.Question)
	}
	t.flush()
}

// wrapped writes prose in lines.
func (t *lessonText) wrapped(indent, prose string) {
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
