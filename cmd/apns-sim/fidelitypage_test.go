package main

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
)

func TestEveryFlagOnThePageOfFidelityExists(t *testing.T) {
	page, err := os.ReadFile("../../docs/fidelity.md")
	require.NoError(t, err)
	verbs := model(t).Children
	i := slices.IndexFunc(verbs, func(n *kong.Node) bool { return n.Name == "serve" })
	var flags []string
	for _, flag := range verbs[i].Flags {
		flags = append(flags, flag.Name)
	}
	named := regexp.MustCompile("`--([a-z0-9-]+)").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, named)
	for _, name := range named {
		assert.Contains(t, flags, name[1])
	}
	for _, p := range fault.Presets() {
		if p.Always == "" {
			assert.Contains(t, string(page), "`--fault "+p.Name+"`")
		}
	}
}
