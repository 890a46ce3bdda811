package seed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/seed"
	"github.com/apns-sim/apns-sim/internal/state"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// merge adds a file to a document and returns the number of elements it has added.
func merge(t *testing.T, into *state.Document, path string) int {
	t.Helper()
	seeds, err := seed.Read(path)
	require.NoError(t, err)
	added := 0
	for i := range seeds {
		elements, err := seeds[i].Merge(into, time.Now())
		require.NoError(t, err)
		added += len(elements)
	}
	return added
}

func TestASeedAddsWhatIsMissingOnce(t *testing.T) {
	dir := t.TempDir()
	key, err := keystore.NewSigningKey("TEAM000001", "KEY0000001")
	require.NoError(t, err)
	_, err = key.Save(filepath.Join(dir, "keys"))
	require.NoError(t, err)
	path := write(t, filepath.Join(dir, "demo.json"), `{
		"spaces": [{"team": "TEAM000001", "ahead": "24h"}],
		"keys": [{"team": "TEAM000001", "id": "KEY0000001", "file": "keys/AuthKey_KEY0000001.p8"}],
		"apps": ["com.example.one", {"team": "TEAM000001", "bundleId": "com.example.two"}],
		"devices": [
			{"count": 2},
			{"name": "ipad", "team": "TEAM000001", "apps": ["com.example.three"], "environment": "sandbox", "offline": true}
		],
		"channels": [{"topic": "com.example.four", "stores": true}, {"id": "AAECAwQFBgcICQoLDA0ODw==", "topic": "com.example.one"}],
		"faults": [{"what": {"do": "respond", "reason": "TooManyRequests"}}, {"name": "down", "what": {"do": "respond", "status": 503}}]
	}`)
	var d state.Document
	assert.NotZero(t, merge(t, &d, path))

	assert.Equal(t, state.Duration(24*time.Hour), d.Spaces[0].Ahead)
	assert.Equal(t, []state.Team{{ID: "TEAM000001"}}, d.Teams)
	require.Len(t, d.Keys, 1)
	assert.NotEmpty(t, d.Keys[0].Public)
	assert.Empty(t, d.Keys[0].File)
	assert.Equal(t, []state.App{
		{Team: keystore.DefaultTeam, BundleID: "com.example.one"},
		{Team: "TEAM000001", BundleID: "com.example.two"},
		{Team: "TEAM000001", BundleID: "com.example.three"},
		{Team: keystore.DefaultTeam, BundleID: "com.example.four"},
	}, d.Apps, "apps of devices and channels come along")
	require.Len(t, d.Devices, 3)
	assert.Equal(t, []string{"demo-1-1", "demo-1-2", "ipad"}, []string{d.Devices[0].Name, d.Devices[1].Name, d.Devices[2].Name})
	assert.Equal(t, []string{keystore.DefaultTopic, "com.example.one"}, d.Devices[0].Topics, "all apps of the team")
	assert.Equal(t, apns.Sandbox, d.Devices[2].Environment)
	require.Len(t, d.Channels, 2)
	require.Len(t, d.Faults, 2)
	assert.Contains(t, string(d.Faults[0].Rule), `"name":"demo-1"`)

	assert.Zero(t, merge(t, &d, path), "a second time adds nothing")
	d.Devices = d.Devices[1:]
	assert.Equal(t, 1, merge(t, &d, path), "what was removed comes back")
	assert.Equal(t, uint64(4), d.Devices[2].Number)
}

func TestAFolderOfSeedsIsReadInOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "20.json"), `{"apps": ["com.example.two"]}`)
	write(t, filepath.Join(dir, "10.json"), `{"apps": ["com.example.one"]}`)
	write(t, filepath.Join(dir, "README"), `not a seed`)
	var d state.Document
	assert.Equal(t, 2, merge(t, &d, dir))
	assert.Equal(t, "com.example.one", d.Apps[0].BundleID)

	_, err := seed.Read(t.TempDir())
	require.ErrorContains(t, err, "has no file whose name ends in .json; add one, or name a file")
}

func TestAnErrorNamesTheFileThePathAndTheRemedy(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{`{"apps": ["no app"]}`, `apps[0].bundleId: "no app" is not a bundle ID, which consists of letters, digits, hyphens and dots`},
		{`{"keys": [{"id": "K"}]}`, `keys[0]: there is no key; add file, the path of a .p8 file, or private, its text`},
		{`{"keys": [{"id": "K", "file": "missing.p8"}]}`, `missing.p8: no such file or directory`},
		{`{"devices": [{"count": 5001}]}`, `devices[0]: count: 5001 is not between 1 and 5000`},
		{`{"devices": [{"apps": ["a/b"]}]}`, `devices[0]: apps[0].topic: "a/b" is not a bundle ID`},
		{`{"channels": [{"id": "?", "topic": "com.example.app"}]}`, `channels[0].id: "?" is not base64; leave it out to have one made`},
		{`{"faults": [{"what": {"do": "respnd"}}]}`, `faults[0]: invalid fault rule`},
		{`{"faults": [{"what": {"do": "respond"}, "wen": {}}]}`, `faults[0]: wen: is not known; did you mean when?`},
		{`{"devices": [{"team": 7}]}`, `devices[0].team: number cannot be here; write a text in "quotes"`},
	} {
		path := write(t, filepath.Join(t.TempDir(), "wrong.json"), row.text)
		seeds, err := seed.Read(path)
		if err == nil {
			_, err = seeds[0].Merge(new(state.Document), time.Now())
		}
		require.ErrorContains(t, err, row.want)
		assert.Contains(t, err.Error(), path+": ")
	}
}

// The seed in docs/state.md is one.
func TestTheSeedOfThePageIsValid(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "state.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```json\n")
	require.True(t, found)
	text, _, _ := strings.Cut(rest, "```")
	dir := t.TempDir()
	key, err := keystore.NewSigningKey(keystore.DefaultTeam, "MYKEY00001")
	require.NoError(t, err)
	_, err = key.Save(dir)
	require.NoError(t, err)
	var d state.Document
	merge(t, &d, write(t, filepath.Join(dir, "seed.json"), text))
	assert.Len(t, d.Devices, 4)
	assert.Len(t, d.Faults, 1)
}
