package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
)

func TestCommandsListEverythingHoweverManyPagesThereAre(t *testing.T) {
	d := drive(t)
	for _, team := range []string{"SPACE00001", "SPACE00002", "SPACE00003"} {
		d.do("space", "create", "--team", team)
		d.do("channel", "create", "com.example.demo")
	}
	lists := [][]string{
		{"device", "list"}, {"space", "list"}, {"team", "list"}, {"connection", "list"}, {"channel", "list", "com.example.demo"},
	}
	entries := func(list []string) []map[string]any {
		found := lines[map[string]any](t, succeed(t, append(list, "--json")...))
		for _, entry := range found {
			delete(entry, "time") // what time it is in a space
		}
		return found
	}
	whole := make([][]map[string]any, len(lists))
	for i, list := range lists {
		whole[i] = entries(list)
	}

	target, err := url.Parse(d.server.Control)
	require.NoError(t, err)
	var pages atomic.Int32
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		pages.Add(1)
		r.SetURL(target)
		query := r.Out.URL.Query()
		query.Set("limit", "1")
		r.Out.URL.RawQuery = query.Encode()
	}})
	t.Cleanup(server.Close)
	t.Setenv("APNS_SIM_CONTROL", server.URL)
	for i, list := range lists {
		pages.Store(0)
		assert.Equal(t, whole[i], entries(list), list)
		assert.GreaterOrEqual(t, len(whole[i]), 3, list)
		assert.EqualValues(t, len(whole[i]), pages.Load(), list)
	}
}

func TestAListIs1000EntriesLongUnlessSomethingElseIsSaid(t *testing.T) {
	s := serve(t, "--any-port")
	const channels = 1003
	for range channels {
		require.Equal(t, http.StatusCreated, api(t, s, http.MethodPost, "/v1/channels", `{"topic":"com.example.demo"}`, nil))
	}
	var page struct {
		Channels []struct{ ID string }
		Next     string
	}
	require.Equal(t, http.StatusOK, api(t, s, http.MethodGet, "/v1/channels?topic=com.example.demo", "", &page))
	assert.Len(t, page.Channels, 1000)
	require.NotEmpty(t, page.Next)
	after := page.Next
	page.Next = ""
	require.Equal(t, http.StatusOK, api(t, s, http.MethodGet, "/v1/channels?topic=com.example.demo&after="+url.QueryEscape(after), "", &page))
	assert.Len(t, page.Channels, channels-1000)
	assert.Empty(t, page.Next)
}

const commandsPage = "../../docs/command-list.md"

func TestThePageOfCommandsIsUpToDate(t *testing.T) {
	want := writeCommandsPage(t)
	if *update {
		require.NoError(t, os.WriteFile(commandsPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(commandsPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./cmd/apns-sim -run PageOfCommands -update")
}

func writeCommandsPage(t *testing.T) string {
	var page strings.Builder
	page.WriteString(`# Commands

Written from the grammar of apns-sim by ` + "`go test ./cmd/apns-sim -run PageOfCommands -update`" + `; do not edit it by hand.
` + "`apns-sim COMMAND --help`" + ` has the flags of each. [commands.md](commands.md) shows them at work.

| ` + "`apns-sim`" + ` | |
|---|---|
`)
	for _, leaf := range model(t).Leaves(true) {
		fmt.Fprintf(&page, "| `%s` | %s |\n", leaf.Path(), leaf.Help)
	}
	return page.String()
}

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
	for _, command := range model(t).Leaves(false) {
		if command.Path() != "serve" {
			continue
		}
		for _, flag := range command.Flags {
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
	for _, command := range []string{"serve", "exec"} {
		short, all := invoke(t, command, "--help").stdout, invoke(t, command, "--help-all").stdout
		assert.Less(t, strings.Count(short, "\n      --")+strings.Count(short, "\n  --")+strings.Count(short, "--help "), 30, command)
		for _, flag := range settingFlags(t) {
			assert.Contains(t, all, "--"+flag.Name, command)
			if flag.Name != "help-all" {
				assert.Contains(t, string(page), "`--"+flag.Name, command)
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

func TestEveryFlagOnThePageOfFidelityExists(t *testing.T) {
	page, err := os.ReadFile("../../docs/fidelity.md")
	require.NoError(t, err)
	commands := model(t).Children
	i := slices.IndexFunc(commands, func(n *kong.Node) bool { return n.Name == "serve" })
	var flags []string
	for _, flag := range commands[i].Flags {
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
