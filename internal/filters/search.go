package filters

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A search finds from the text of a payload, without decoding it, that a condition cannot
// hold. That suffices for most payloads.
type search struct {
	names  [][]byte // all must occur
	values [][]byte // one must occur, if there are any
}

// searchFor returns the search for a value at p that is one of wants.
func searchFor(p path, wants []wanted) (s search) {
	for _, name := range p {
		if _, err := strconv.Atoi(name); err != nil && literal(name) {
			s.names = append(s.names, []byte(name))
		}
	}
	for i := range wants {
		text, ok := wants[i].literal()
		if !ok {
			s.values = nil
			return s
		}
		s.values = append(s.values, []byte(text))
	}
	return s
}

// exactDigits is how many digits a number may have that no other number is taken for
// when they are compared as a float64.
const exactDigits = 15

// literal returns a text that every payload has in which w is, if nothing in it is
// escaped and no number is an odd one.
func (w *wanted) literal() (text string, ok bool) {
	if w.pattern != nil {
		text = w.pattern.longest()
		return text, text != "" && literal(text)
	}
	switch value := w.value.(type) {
	case json.Number:
		_, err := strconv.ParseInt(w.text, 10, 64)
		plain := err == nil && w.text == string(value) && len(w.text) <= exactDigits && w.text != "0" && w.text != "-0"
		return w.text, plain
	case string:
		return value, literal(value)
	case map[string]any, []any:
		return "", false
	}
	return w.text, literal(w.text) // a word without quotes, or true, false, null
}

// literal reports whether a string is written in JSON as it is, unless something is
// escaped: what is not UTF-8 is decoded as the replacement character.
func literal(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, utf8.RuneError)
}

// excludes reports whether the condition cannot hold. If it returns false, the payload
// has to be decoded.
func (s *search) excludes(payload []byte) bool {
	if bytes.IndexByte(payload, '\\') >= 0 {
		return false
	}
	for _, name := range s.names {
		if !bytes.Contains(payload, name) {
			return true
		}
	}
	for _, value := range s.values {
		if bytes.Contains(payload, value) {
			return false
		}
	}
	return len(s.values) > 0 && !oddNumber(payload)
}

// oddNumber reports whether a number may equal another that is written in other digits:
// it has an exponent, or more digits than a float64 keeps.
func oddNumber(payload []byte) bool {
	run := 0
	for _, b := range payload {
		switch {
		case '0' <= b && b <= '9' || b == '.':
			if run++; run > exactDigits {
				return true
			}
		case run > 0 && b|0x20 == 'e':
			return true
		default:
			run = 0
		}
	}
	return false
}
