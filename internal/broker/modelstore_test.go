package broker_test

import (
	"os"
	"path/filepath"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

// A modelStore is the store of a run of a model.
type modelStore interface {
	Pushes() store.Store
	Entries() store.Entries
	// killed returns the store that the next process finds if this one is killed now.
	killed(t *rapid.T) modelStore
	// keepsTimestamps says that a push which waits is durable, so that its timestamp does not
	// change any more.
	keepsTimestamps() bool
}

// A memoryStore has everything durable at once.
type memoryStore struct {
	pushes  store.Memory
	entries store.MemoryEntries
}

func newMemoryStore(*rapid.T) modelStore { return new(memoryStore) }

func (m *memoryStore) Pushes() store.Store { return &m.pushes }

func (m *memoryStore) Entries() store.Entries { return &m.entries }

func (m *memoryStore) killed(*rapid.T) modelStore { return m }

func (*memoryStore) keepsTimestamps() bool { return false }

// A fileStore is the file of a state. It is opened in a bubble, and writes by the time of that.
type fileStore struct {
	*sqlite.DB
	dir string
}

func newFileStore(t *rapid.T) modelStore { return openFileStore(t, makeDir(t)) }

func makeDir(t *rapid.T) string {
	dir, err := os.MkdirTemp("", "apns-sim-model-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// stateFiles are the files that a kill leaves, except for the index of the second, which SQLite makes again.
var stateFiles = []string{"state.db", "state.db-wal"}

func openFileStore(t *rapid.T, dir string) *fileStore {
	db, err := sqlite.Open(sqlite.Config{Path: filepath.Join(dir, stateFiles[0])})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return &fileStore{db, dir}
}

func (*fileStore) keepsTimestamps() bool { return true }

func (f *fileStore) killed(t *rapid.T) modelStore {
	synctest.Wait() // the writer waits for its next transaction
	next := makeDir(t)
	for _, name := range stateFiles {
		content, err := os.ReadFile(filepath.Join(f.dir, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(next, name), content, 0o600))
	}
	return openFileStore(t, next)
}
