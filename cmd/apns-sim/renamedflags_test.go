package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// renamedGrammar has a flag that was once called history-size.
type renamedGrammar struct {
	Serve struct {
		Config  string
		Profile string
		History int `aliases:"history-size" help:"Number."`
	} `cmd:""`
}

func parseRenamed(t *testing.T, args ...string) (*renamedGrammar, *kong.Context, *settings) {
	t.Helper()
	g, from := new(renamedGrammar), new(settings)
	parser, err := kong.New(g, grammar, kong.Resolvers(from))
	require.NoError(t, err)
	parsed, err := parser.Parse(args)
	require.NoError(t, err)
	require.NoError(t, from.failed)
	return g, parsed, from
}

func TestAnOldNameOfAFlagIsAcceptedWithAHint(t *testing.T) {
	for _, args := range [][]string{{"serve", "--history-size", "7"}, {"serve", "--history-size=7"}} {
		g, parsed, _ := parseRenamed(t, args...)
		assert.Equal(t, 7, g.Serve.History)
		assert.Equal(t, []string{"--history-size is now called --history; the old name will be removed two minor versions after the change"},
			renamedFlags(parsed.Selected(), args))
	}
	args := []string{"serve", "--history", "7"}
	_, parsed, _ := parseRenamed(t, args...)
	assert.Empty(t, renamedFlags(parsed.Selected(), args))
	assert.Empty(t, renamedFlags(parsed.Selected(), []string{"exec", "--", "program", "--history-size"}), "that is the program's")
}

func TestTheVariableOfAnOldNameIsAcceptedWithAHint(t *testing.T) {
	t.Setenv("APNS_SIM_HISTORY_SIZE", "7")
	g, parsed, _ := parseRenamed(t, "serve")
	assert.Equal(t, 7, g.Serve.History)
	assert.Equal(t, []string{"APNS_SIM_HISTORY_SIZE is now called APNS_SIM_HISTORY; the old name will be removed two minor versions after the change"},
		renamedFlags(parsed.Selected(), nil))
	assert.Empty(t, unknownVariables(parsed.Model, os.Environ()), "it is no unknown one")
}

func TestAnOldNameInTheFileOfSettingsIsAcceptedWithAHint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(path, []byte("# settings\nhistory-size: 7\n"), 0o600))
	g, _, from := parseRenamed(t, "serve", "--config", path)
	assert.Equal(t, 7, g.Serve.History)
	assert.Equal(t, []string{path + ":2: history-size is now called history; the old name will be removed two minor versions after the change"}, from.file.remarks)
}
