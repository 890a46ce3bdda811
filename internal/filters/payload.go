package filters

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxPath is how deep a path may go.
const maxPath = 32

// A path is the path of a value in a payload: names of members, and indexes of arrays. A dot in a name is written \. and a backslash \\.
type path []string

func parsePath(text string) (path, error) {
	var p path
	var part strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			part.WriteByte(text[i])
		case c == '.':
			p = append(p, part.String())
			part.Reset()
		default:
			part.WriteByte(c)
		}
	}
	p = append(p, part.String())
	if len(p) > maxPath {
		return nil, rejectf("the path has %d parts, more than %d", len(p), maxPath)
	}
	if slices.Contains(p, "") {
		return nil, rejectf("%q is not a path; write names separated by single dots, as in payload.aps.alert.title", text)
	}
	return p, nil
}

// in returns the value at the path.
func (p path) in(document any) (value any, ok bool) {
	value = document
	for _, part := range p {
		switch at := value.(type) {
		case map[string]any:
			if value, ok = at[part]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			value = at[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// decode decodes one JSON value; numbers stay as they are written.
func decode(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: more follows the value")
	}
	return value, nil
}

// A wanted value is a value of a filter. A string needs no quotes; a quoted value is
// always a string. A value that is JSON has no wildcards.
type wanted struct {
	text    string
	value   any
	isJSON  bool
	pattern *pattern // nil if there are no wildcards
}

func want(text string) wanted {
	if value, err := decode([]byte(text)); err == nil {
		return wanted{text: text, value: value, isJSON: true}
	}
	p, plain, wild := parsePattern(text)
	if !wild {
		return wanted{text: plain}
	}
	return wanted{text: text, pattern: &p}
}

// is reports whether got is what is wanted.
func (w *wanted) is(got any) bool {
	if w.pattern != nil {
		return w.pattern.matchesValue(got)
	}
	if s, ok := got.(string); ok && s == w.text {
		return true
	}
	return w.isJSON && equal(got, w.value)
}

// matchesValue compares the text of a string, a number or a truth value.
func (p *pattern) matchesValue(got any) bool {
	switch got := got.(type) {
	case string:
		return p.matches(got)
	case json.Number:
		return p.matches(string(got))
	case bool:
		return p.matches(strconv.FormatBool(got))
	}
	return false
}

// equal compares JSON values, numbers by value.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			if other, ok := b[name]; !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(string(a), string(b))
	}
	return a == b
}

// sameNumber compares whole numbers exactly, others as a float64.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	if whole(a) && whole(b) {
		i, errI := strconv.ParseInt(a, 10, 64)
		j, errJ := strconv.ParseInt(b, 10, 64)
		if errI == nil && errJ == nil {
			return i == j
		}
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// whole reports whether a number of JSON has neither a fraction nor an exponent.
func whole(number string) bool { return !strings.ContainsAny(number, ".eE") }

// show writes a value of a payload, strings in quotes.
func show(value any, ok bool) string {
	if !ok {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil { // a number that is out of range, at most
		return fmt.Sprint(value)
	}
	return shorten(string(text))
}

// shorten limits the length of a value in a difference.
func shorten(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
