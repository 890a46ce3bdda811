package main

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// anchors makes the IDs of the headings of one page as GitHub does, so that a link to a heading leads to the same
// place there and in the site: lower case, without punctuation, spaces as hyphens, and a number from the second on.
type anchors struct{ used map[string]int }

// Generate makes the ID of a heading from its text.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	id := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			return unicode.ToLower(r)
		case r == '-' || r == '_':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.TrimSpace(string(value)))
	if a.used == nil {
		a.used = map[string]int{}
	}
	a.used[id]++
	if n := a.used[id]; n > 1 {
		return []byte(id + "-" + strconv.Itoa(n-1))
	}
	return []byte(id)
}

// Put counts an ID that was not generated.
func (a *anchors) Put(value []byte) { a.Generate(value, ast.KindHeading) }
