package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTextFromOutsideCannotDriveTheTerminal(t *testing.T) {
	assert.Equal(t, `a\x1b[2Jb\n\u009b`, printable("a\x1b[2Jb\n\u009b"))
	assert.Equal(t, "Grüße 🎉", printable("Grüße 🎉"))
}

func TestColorIsAnAddition(t *testing.T) {
	var p page
	assert.Equal(t, "x", p.look(bold, "x"))
	p.color = true
	assert.Equal(t, "\x1b[1mx\x1b[0m", p.look(bold, "x"))
	assert.Equal(t, "  ", p.look(bold, "  "))
}
