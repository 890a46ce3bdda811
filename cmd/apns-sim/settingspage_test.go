package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const settingsPage = "../../docs/settings.md"

func TestThePageOfSettingsIsUpToDate(t *testing.T) {
	want := writeSettingsPage(t)
	if *update {
		require.NoError(t, os.WriteFile(settingsPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(settingsPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./cmd/apns-sim -run PageOfSettings -update")
}

func writeSettingsPage(t *testing.T) string {
	var page strings.Builder
	page.WriteString(`# Settings

Written from the flags of apns-sim by ` + "`go test ./cmd/apns-sim -run PageOfSettings -update`" + `; do not edit it by hand.

These are the settings of ` + "`apns-sim serve` and `apns-sim exec`" + `. Each can be given as a flag, as an environment variable
(` + "`--listen-443` is `APNS_SIM_LISTEN_443`" + `), and as an entry of the YAML file that ` + "`--config`" + ` names. ` + "`serve --help`" + ` shows those in
bold, ` + "`serve --help-all`" + ` shows all, and ` + "`apns-sim config show`" + ` lists the values in effect and where each comes from.
A setting without a default is off or empty. [profiles.md](profiles.md) lists what ` + "`--profile`" + ` changes.
`)
	vars, group := grammarVars(), ""
	for _, flag := range settingFlags(t) {
		if flag.Name == "help-all" {
			continue
		}
		title := "General"
		if flag.Group != nil {
			title = flag.Group.Title
		}
		if title != group {
			group = title
			fmt.Fprintf(&page, "\n## %s\n\n| Setting | Default | |\n|---|---|---|\n", group)
		}
		name := "`" + strings.TrimSuffix(flag.Summary(), " ...") + "`"
		if !flag.Hidden {
			name = "**" + name + "**"
		}
		words := defaultWords(flag, vars)
		fmt.Fprintf(&page, "| %s | %s | %s |\n", name, words, strings.ReplaceAll(strings.Replace(flag.Help, " (default: "+words+")", "", 1), "|", `\|`))
	}
	return page.String()
}

// settingFlags are the flags of serve that are settings.
func settingFlags(t *testing.T) (settings []*kong.Flag) {
	t.Helper()
	for _, verb := range model(t).Leaves(false) {
		if verb.Path() != "serve" {
			continue
		}
		for _, flag := range verb.Flags {
			if isSetting(flag.Name) {
				settings = append(settings, flag)
			}
		}
	}
	require.Greater(t, len(settings), 80)
	return settings
}

func TestTheHelpOfServeIsShortAndThePageHasEverySetting(t *testing.T) {
	page, err := os.ReadFile(settingsPage)
	require.NoError(t, err)
	for _, verb := range []string{"serve", "exec"} {
		short, all := invoke(t, verb, "--help").stdout, invoke(t, verb, "--help-all").stdout
		assert.Less(t, strings.Count(short, "\n      --")+strings.Count(short, "\n  --")+strings.Count(short, "--help "), 30, verb)
		for _, flag := range settingFlags(t) {
			assert.Contains(t, all, "--"+flag.Name, verb)
			if flag.Name != "help-all" {
				assert.Contains(t, string(page), "`--"+flag.Name, verb)
			}
		}
	}
	assert.NotContains(t, invoke(t, "serve", "--help").stdout, "--backlog")
	for _, name := range helpFlags {
		assert.NotNil(t, named(settingFlags(t), name), name)
	}
	for name := range unset {
		flag := named(settingFlags(t), name)
		if assert.NotNil(t, flag, name) {
			assert.Empty(t, flag.Default, "%s has a default of its own", name)
		}
	}
}
