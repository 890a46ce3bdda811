package main

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestTextFromOutsideCannotDriveTheTerminal(t *testing.T) {
	const hostile, shown = "a\x1b[2Jb\n\u009b\u202e\x9b", `a\x1b[2Jb\n\u009b\u202e\x9b`
	var out bytes.Buffer
	p := page{sink: sink{w: &out}, color: true}
	p.head("%s", hostile)
	p.row(hostile, "%v", errors.New(hostile))
	p.more("%s and %s", hostile, p.styled(bad, hostile))
	p.flush()
	plain := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(out.String(), "")
	assert.Equal(t, 5, strings.Count(plain, shown), plain)
	assert.Equal(t, -1, strings.IndexFunc(plain, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }), plain)
}

func TestColorIsAnAddition(t *testing.T) {
	var p page
	assert.EqualValues(t, "x", p.styled(bold, "x"))
	p.color = true
	assert.EqualValues(t, "\x1b[1mx\x1b[0m", p.styled(bold, "x"))
	assert.EqualValues(t, "  ", p.styled(bold, "  "))
}
