package h2

import "strings"

// nameChars is true for the octets of a field name: no controls, no space, no upper
// case, no colon, nothing beyond ASCII.
// https://www.rfc-editor.org/rfc/rfc9113#section-8.2.1
var nameChars = func() (t [256]bool) {
	for ch := byte(0x21); ch < 0x7f; ch++ {
		t[ch] = ch != ':' && (ch < 'A' || ch > 'Z')
	}
	return t
}()

func validName(name string) bool {
	for i := range len(name) {
		if !nameChars[name[i]] {
			return false
		}
	}
	return name != ""
}

// validValue reports whether a field value has no NUL, CR or LF and no white space at
// its ends.
// https://www.rfc-editor.org/rfc/rfc9113#section-8.2.1
func validValue(v string) bool {
	if v == "" {
		return true
	}
	return !isWhitespace(v[0]) && !isWhitespace(v[len(v)-1]) &&
		strings.IndexByte(v, 0) < 0 && strings.IndexByte(v, '\r') < 0 && strings.IndexByte(v, '\n') < 0
}

func isWhitespace(ch byte) bool { return ch == ' ' || ch == '\t' }
