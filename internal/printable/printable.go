// Package printable makes text from peers safe for a terminal.
//
// A topic, a header value or a payload may hold an escape sequence that clears the
// screen, a newline that forges a row of a table, or a bidirectional override that
// reorders the text. This package replaces them by their codes:
//
//	printable.Text("a\x1b[2J") // a\x1b[2J, in ten printable characters
package printable

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text replaces what is not printable by its code, as Go writes it in a string: control
// characters (C0, DEL and C1), newlines and tabs among them, format characters such as
// bidirectional overrides, and bytes that are not UTF-8.
func Text(s string) string { return escape(s, appendCode, unicode.IsPrint) }

// Lines is [Text] for text of several lines, such as an error: newlines and tabs stay.
func Lines(s string) string {
	return escape(s, appendCode, func(r rune) bool { return unicode.IsPrint(r) || r == '\n' || r == '\t' })
}

// JSON writes the unprintable characters in the strings of a JSON text as \u escapes. The
// value stays the same.
func JSON(text []byte) []byte {
	return []byte(escape(string(text), appendUnit, func(r rune) bool { return unicode.IsPrint(r) || r == '\n' || r == '\t' || r == '\r' }))
}

// JSONWriter applies [JSON] to each write, which must be a whole JSON text.
func JSONWriter(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(text []byte) (int, error) {
	if _, err := j.w.Write(JSON(text)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Styled is a text that [Sprintf] does not change: its escape sequences are ours.
type Styled string

// Sprintf is [fmt.Sprintf] with [Text] applied to each argument, but not to the format.
func Sprintf(format string, args ...any) string {
	safe := make([]any, len(args))
	for i, arg := range args {
		switch arg.(type) {
		case int, Styled: // an int may be a width
			safe[i] = arg
		default:
			safe[i] = argument{arg}
		}
	}
	return fmt.Sprintf(format, safe...)
}

// An argument escapes the formatted text of its value.
type argument struct{ value any }

func (a argument) Format(f fmt.State, letter rune) {
	_, _ = io.WriteString(f, Text(fmt.Sprintf(fmt.FormatString(f, letter), a.value))) // fmt.State keeps it in memory
}

// escape applies code to each rune of s that is not allowed, and to each byte that is
// not UTF-8.
func escape(s string, code func(b []byte, invalid byte, r rune) []byte, allowed func(rune) bool) string {
	clean := func(r rune) bool { return r != utf8.RuneError && allowed(r) }
	if strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = code(b, s[i], r)
		case allowed(r):
			b = append(b, s[i:i+size]...)
		default:
			b = code(b, 0, r)
		}
		i += size
	}
	return string(b)
}

func appendCode(b []byte, invalid byte, r rune) []byte {
	if r == utf8.RuneError {
		return fmt.Appendf(b, `\x%02x`, invalid)
	}
	quoted := strconv.AppendQuoteRuneToASCII(nil, r)
	return append(b, quoted[1:len(quoted)-1]...)
}

func appendUnit(b []byte, _ byte, r rune) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		b = fmt.Appendf(b, `\u%04x`, unit)
	}
	return b
}

// Attr is [slog.HandlerOptions].ReplaceAttr for handlers that let escape sequences pass.
func Attr(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(Text(a.Value.String()))
	case slog.KindAny:
		text := fmt.Sprintf("%+v", a.Value.Any())
		if safe := Text(text); safe != text {
			a.Value = slog.StringValue(safe)
		}
	}
	return a
}
