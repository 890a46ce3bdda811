package filters

import "strings"

// wildcard stands for any characters, also for none.
const wildcard = '*'

// A pattern is a value with wildcards.
type pattern struct {
	parts []string // between the wildcards; at least two
}

// parsePattern reads a value. If it has no wildcard, wild is false and plain is what it
// stands for. In a value with a star, \* is the star itself and \\ a backslash; in any other
// value, each character stands for itself.
func parsePattern(value string) (p pattern, plain string, wild bool) {
	if strings.IndexByte(value, wildcard) < 0 {
		return p, value, false
	}
	var part strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && i+1 < len(value) && (value[i+1] == wildcard || value[i+1] == '\\'):
			i++
			part.WriteByte(value[i])
		case c == wildcard:
			p.parts = append(p.parts, part.String())
			part.Reset()
		default:
			part.WriteByte(c)
		}
	}
	if p.parts == nil {
		return p, part.String(), false
	}
	p.parts = append(p.parts, part.String())
	return p, "", true
}

// HasWildcard reports whether a value has a wildcard.
func HasWildcard(value string) bool {
	_, _, wild := parsePattern(value)
	return wild
}

// matches reports whether the whole text matches.
func (p *pattern) matches(text string) bool {
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range p.parts[1 : len(p.parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// longest returns the longest text that whatever matches contains.
func (p *pattern) longest() (text string) {
	for _, part := range p.parts {
		if len(part) > len(text) {
			text = part
		}
	}
	return text
}

// consistsOf reports whether there is nothing but some characters between the wildcards.
func (p *pattern) consistsOf(characters string) bool {
	return strings.Trim(strings.Join(p.parts, ""), characters) == ""
}

// textTest compares a text, which matches nothing if it is empty.
func textTest(value string, of func(*Attributes) string) test {
	p, plain, wild := parsePattern(value)
	if !wild {
		return func(s *Attributes) bool { return of(s) == plain }
	}
	return func(s *Attributes) bool {
		text := of(s)
		return text != "" && p.matches(text)
	}
}

// patternOf returns the test of a value with wildcards for a text that consists of some
// characters; nil if the value has none. The case of letters does not matter if the
// characters are lower case.
func patternOf(value, characters string, of func(*Attributes) string) (test, error) {
	p, _, wild := parsePattern(strings.ToLower(value))
	if !wild {
		return nil, nil //nolint:nilnil // It is compared in another way.
	}
	if !p.consistsOf(characters) {
		return nil, rejectf("%q has other characters than %s and *", shorten(value), characters)
	}
	return func(s *Attributes) bool {
		text := of(s)
		return text != "" && p.matches(text)
	}, nil
}

// among returns the words of a list that a value stands for.
func among(value string, list []string) (found []string, err error) {
	p, plain, wild := parsePattern(value)
	for _, word := range list {
		if wild && p.matches(word) || !wild && word == plain {
			found = append(found, word)
		}
	}
	switch {
	case found != nil:
		return found, nil
	case wild:
		return nil, rejectf("nothing matches %q; there is %s", shorten(value), strings.Join(list, ", "))
	}
	return nil, unknown(value, list)
}
