package main

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVariablesOfTheGrammarAreReplacedByTheirValues(t *testing.T) {
	vars := map[string]string{"port": "8443", "none": ""}
	for text, want := range map[string]string{
		"":                             "",
		"plain":                        "plain",
		"${port}":                      "8443",
		"at ${port} and ${port}, ok":   "at 8443 and 8443, ok",
		"[${none}]":                    "[]",
		"${port} (${default})":         "8443 (${default})",
		"ends with ${":                 "ends with ${",
		"${port} then ${not closed":    "8443 then ${not closed",
		"$port, $$ and } stay, ${port": "$port, $$ and } stay, ${port",
	} {
		assert.Equal(t, want, replaceVars(text, vars), text)
	}
}

func TestAVariableOfTheGrammarThatNobodyKnowsIsRefused(t *testing.T) {
	_, err := kong.New(new(struct {
		Port string `help:"At ${prot}."`
	}), grammar)
	require.ErrorContains(t, err, "undefined variable ${prot}")
}

func BenchmarkGrammarOfOneCommand(b *testing.B) {
	for b.Loop() {
		_, err := kong.New(grammarFor([]string{"serve"}), grammar)
		require.NoError(b, err)
	}
}
