package state_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A disk is entries that can be full.
type disk struct {
	store.MemoryEntries
	full         bool
	transactions int
}

var errFull = errors.New("no space left on device")

func (d *disk) Apply(changes ...store.Change) error {
	if d.full {
		return errFull
	}
	d.transactions++
	return d.MemoryEntries.Apply(changes...)
}

func load(t *testing.T, d *disk) *state.Document {
	t.Helper()
	doc, err := state.Load(d.Load)
	require.NoError(t, err)
	return doc
}

func TestWhatCannotBeWrittenIsLoggedOnceAndWrittenLater(t *testing.T) {
	var (
		log bytes.Buffer
		d   disk
		s   = state.NewSaver(d.Apply, slog.New(slog.NewTextHandler(&log, nil)))
	)
	s.Save(state.Team{ID: "KEPT"})
	s.Save(state.Team{ID: "DELETED"})
	d.full = true
	s.Save(state.Team{ID: "NEW", Suspended: true})
	s.Save(state.Team{ID: "NEW"})
	s.Remove(state.Team{ID: "DELETED"})
	assert.False(t, s.Retry())
	assert.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	assert.Contains(t, log.String(), errFull.Error())
	assert.Equal(t, []state.Team{{ID: "DELETED"}, {ID: "KEPT"}}, load(t, &d).Teams)

	d.full = false
	s.Save(state.Team{ID: "LATER"})
	assert.Equal(t, []state.Team{{ID: "KEPT"}, {ID: "LATER"}, {ID: "NEW"}}, load(t, &d).Teams, "the newest value of each")
	assert.Equal(t, 2, strings.Count(log.String(), "\n"), log.String())
	assert.True(t, s.Retry())
}

func TestWhatIsSavedTogetherIsOneTransaction(t *testing.T) {
	var d disk
	s := state.NewSaver(d.Apply, slog.New(slog.DiscardHandler))
	s.Save(state.Team{ID: "A"}, state.Team{ID: "B"}, state.App{Team: "A", BundleID: "com.example.app"})
	s.Save()
	assert.Equal(t, 1, d.transactions)
	d.full = true
	s.Remove(state.Team{ID: "A"}, state.Team{ID: "B"})
	s.Save(state.Team{ID: "C"})
	assert.Len(t, load(t, &d).Teams, 2)
	d.full = false
	assert.True(t, s.Retry())
	assert.Equal(t, 2, d.transactions, "what has failed is written together, too")
	assert.Equal(t, []state.Team{{ID: "C"}}, load(t, &d).Teams)
	assert.Len(t, load(t, &d).Apps, 1)
}

func TestWithoutASaverNothingIsSaved(t *testing.T) {
	var s *state.Saver
	s.Save(state.Team{ID: "A"})
	s.Remove(state.Team{ID: "A"})
	assert.True(t, s.Retry())
}

func TestAnEntryThatCannotBeReadIsNamedWithTheRemedy(t *testing.T) {
	var d disk
	require.NoError(t, d.Set("teams", "A", []byte(`{"id":"A","suspended":"yes"}`)))
	_, err := state.Load(d.Load)
	require.EqualError(t, err, `the state is damaged: teams "A".suspended: string cannot be here; write true or false; restore it from a copy, or start with an empty directory`)
}

func TestElementsAreLoadedInTheOrderOfTheirKeys(t *testing.T) {
	var d disk
	s := state.NewSaver(d.Apply, slog.New(slog.DiscardHandler))
	for _, epoch := range []uint32{300, 2, 10} {
		s.Save(state.Retirement{Device: apns.DeviceID{1}, Epoch: epoch})
	}
	var epochs []uint32
	for _, r := range load(t, &d).Retirements {
		epochs = append(epochs, r.Epoch)
	}
	assert.Equal(t, []uint32{2, 10, 300}, epochs)
}
