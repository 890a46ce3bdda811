package sim_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/seed"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/store"
)

func seedOf(t *testing.T, text string) []seed.Seed {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ci.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	seeds, err := seed.Read(path)
	require.NoError(t, err)
	return seeds
}

const ciSeed = `{
	"devices": [{"apps": ["com.example.app"]}],
	"channels": [{"id": "AAECAwQFBgcICQoLDA0ODw==", "topic": "com.example.app", "stores": true}],
	"faults": [{"what": {"do": "respond", "reason": "TooManyRequests"}, "when": {"times": 1}}]
}`

func TestASeedIsThereWhenTheSimulatorIsReady(t *testing.T) {
	s := start(t, sim.Config{Seeds: seedOf(t, ciSeed)})
	assert.Equal(t, []string{sim.DefaultTopic, "com.example.app"}, s.Auth.FirstApps(sim.DefaultTeam, 2))
	d := s.DeviceControl.Virtual.All()[0]
	token, err := d.Emulator().Token(withTimeout(t), "com.example.app")
	require.NoError(t, err)
	wantPost(t, s, token, http.StatusTooManyRequests, "TooManyRequests")
	push(t, s, token, []byte(`{}`), map[string]string{"apns-topic": "com.example.app"})
	_, err = d.Await(withTimeout(t), 0, 1)
	require.NoError(t, err)
	list, _, err := s.TeamControl.PageChannels("", "com.example.app", "", controlapi.Page{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	channel, err := device.ParseChannelID(list[0].ID)
	require.NoError(t, err)
	require.NoError(t, d.Emulator().Subscribe("com.example.app", channel))
	require.NoError(t, d.Emulator().Subscribed(withTimeout(t), "com.example.app", channel))
}

// countedEntries count transactions.
type countedEntries struct {
	store.MemoryEntries
	transactions atomic.Int64
}

func (c *countedEntries) Apply(changes ...store.Change) error {
	c.transactions.Add(1)
	return c.MemoryEntries.Apply(changes...)
}

func TestManyDevicesOfASeedAreSavedTogether(t *testing.T) {
	entries := new(countedEntries)
	s, err := sim.New(sim.Config{Entries: entries, Seeds: seedOf(t, `{"devices": [{"apps": ["com.example.app"], "count": 50, "offline": true}]}`)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	assert.Len(t, s.DeviceControl.VirtualDevices("", true), 50)
	assert.Equal(t, int64(2), entries.transactions.Load(), "the seed, and then the identities of its devices")
}

func TestASeedWithAStateCreatesNothingTwice(t *testing.T) {
	r := newRestarting(t, sim.Config{Seeds: seedOf(t, ciSeed)})
	before := r.DeviceControl.Virtual.All()[0]
	_, err := before.Emulator().Token(withTimeout(t), "com.example.app")
	require.NoError(t, err)
	r.kill()
	all := r.DeviceControl.Virtual.All()
	require.Len(t, all, 1)
	assert.Equal(t, before.ID(), all[0].ID())
	assert.Len(t, r.Faults.Rules(), 1)
	r.cfg.Seeds = nil
	r.kill()
	assert.Len(t, r.DeviceControl.Virtual.All(), 1, "what a seed has created is kept without it")
}
