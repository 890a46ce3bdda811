package filters

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// lookup returns the text of the value that p leads to in a payload, without decoding the
// rest. The payload is taken to be JSON: of one that is not, the result means nothing.
func (p path) lookup(payload []byte) (value []byte, ok bool) {
	s := scanner{text: payload}
	value = s.value()
	for _, part := range p {
		if len(value) == 0 {
			return nil, false
		}
		inner := scanner{text: value, at: 1}
		switch value[0] {
		case '{':
			value, ok = inner.member(part)
		case '[':
			value, ok = inner.element(part)
		default:
			return nil, false
		}
		if !ok {
			return nil, false
		}
	}
	return value, len(value) > 0
}

// decodeValue is decode of a value that lookup has found, without decoding what is simple.
func decodeValue(text []byte) any {
	switch text[0] {
	case '"':
		if plain, ok := unescaped(text); ok {
			return string(plain)
		}
	case 't':
		return true
	case 'f':
		return false
	case 'n':
		return nil
	case '{', '[':
	default:
		return json.Number(text)
	}
	value, _ := decode(text) // if this fails, the payload is no JSON either
	return value
}

// unescaped returns what is between the quotes of a string if that is also what the string
// decodes to.
func unescaped(quoted []byte) (inner []byte, ok bool) {
	if len(quoted) < 2 {
		return nil, false
	}
	inner = quoted[1 : len(quoted)-1]
	return inner, bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner)
}

// A scanner walks over the values in a JSON text. It ends at whatever it does not expect.
type scanner struct {
	text []byte
	at   int
}

// next skips white space and returns the next byte, 0 at the end.
func (s *scanner) next() byte {
	for s.at < len(s.text) {
		switch b := s.text[s.at]; b {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return b
		}
	}
	return 0
}

// member returns the value of a member; of several with one name, the last, as
// encoding/json does. The scanner is behind the brace.
func (s *scanner) member(name string) (value []byte, ok bool) {
	for s.next() == '"' {
		key := s.value()
		if s.next() != ':' {
			return nil, false
		}
		s.at++
		v := s.value()
		if isName(key, name) {
			value, ok = v, true
		}
		if s.next() != ',' {
			break
		}
		s.at++
	}
	return value, ok
}

// isName reports whether a quoted string is a name.
func isName(key []byte, name string) bool {
	if plain, ok := unescaped(key); ok {
		return string(plain) == name
	}
	var decoded string
	return json.Unmarshal(key, &decoded) == nil && decoded == name
}

// element returns the element at a place in an array. The scanner is behind the bracket.
func (s *scanner) element(place string) (value []byte, ok bool) {
	n, err := strconv.Atoi(place)
	if err != nil || n < 0 {
		return nil, false
	}
	for i := 0; s.next() != ']'; i++ {
		if value = s.value(); len(value) == 0 {
			return nil, false
		}
		if i == n {
			return value, true
		}
		if s.next() != ',' {
			return nil, false
		}
		s.at++
	}
	return nil, false
}

// value skips a value and returns its text, which is empty if there is none.
func (s *scanner) value() []byte {
	first := s.next()
	start := s.at
	switch first {
	case '"':
		s.skipString()
	case '{', '[':
		s.skipNested()
	default:
		s.skipWord()
	}
	return s.text[start:s.at]
}

func (s *scanner) skipString() {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return
		}
	}
	s.at = len(s.text) // a backslash may have been the last byte
}

func (s *scanner) skipNested() {
	depth := 0
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			s.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.at++
		if depth == 0 {
			return
		}
	}
}

// skipWord skips a number, true, false or null.
func (s *scanner) skipWord() {
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n', ',', '}', ']', ':', '"', '{', '[':
			return
		}
	}
}
