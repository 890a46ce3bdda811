package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const verbsPage = "../../docs/verbs.md"

func TestThePageOfVerbsIsUpToDate(t *testing.T) {
	want := writeVerbsPage(t)
	if *update {
		require.NoError(t, os.WriteFile(verbsPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(verbsPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./cmd/apns-sim -run PageOfVerbs -update")
}

func writeVerbsPage(t *testing.T) string {
	var page strings.Builder
	page.WriteString(`# Verbs

Written from the grammar of apns-sim by ` + "`go test ./cmd/apns-sim -run PageOfVerbs -update`" + `; do not edit it by hand.
` + "`apns-sim VERB --help`" + ` has the flags of each. [commands.md](commands.md) shows them at work.

| ` + "`apns-sim`" + ` | |
|---|---|
`)
	for _, leaf := range model(t).Leaves(true) {
		fmt.Fprintf(&page, "| `%s` | %s |\n", leaf.Path(), leaf.Help)
	}
	return page.String()
}
