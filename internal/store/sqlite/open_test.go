package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/storetest"
)

// damaged makes a state with some records and overwrites a part of its file.
func damaged(t *testing.T, path string, from, to int64) {
	t.Helper()
	db := opened(t, Config{Path: path})
	for seq := range uint64(200) {
		_, err := db.Pushes().Put(storetest.Record(seq+1), store.Waits, nil)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte(strings.Repeat("damaged ", int(to-from)/8)), from)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func script(t *testing.T, path, text string) {
	t.Helper()
	f, err := openFile(path)
	require.NoError(t, err)
	require.NoError(t, f.script(text))
	require.NoError(t, f.Close())
}

func TestAFileThatCannotBeUsedIsLeftAsItIsAndTheErrorSaysWhatToDo(t *testing.T) {
	for _, tc := range []struct {
		name string
		make func(t *testing.T, path string)
		want []string
	}{
		{
			"its beginning is damaged", func(t *testing.T, path string) { damaged(t, path, 0, 64) },
			[]string{"state.db cannot be read", "restore a copy", "move them away to start with an empty state"},
		},
		{
			"its middle is damaged", func(t *testing.T, path string) { damaged(t, path, 6*4096, 8*4096) },
			[]string{"state.db cannot be read", "damaged", "restore a copy"},
		},
		{"it is no database", func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("text ", 1000)), 0o600))
		}, []string{"state.db cannot be read", "not a database", "move them away"}},
		{
			"it is of another program", func(t *testing.T, path string) { script(t, path, "CREATE TABLE t (x); PRAGMA user_version = 7") },
			[]string{"database of another program", "name another directory"},
		},
		{"a newer version has written it", func(t *testing.T, path string) {
			require.NoError(t, opened(t, Config{Path: path}).Close())
			script(t, path, "PRAGMA user_version = 4711")
		}, []string{"a newer version has written it", "4711", "use that version, or another directory"}},
		{
			"its directory is none", func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) },
			[]string{"cannot be written", "name another directory"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			tc.make(t, path)
			before, _ := os.ReadFile(path) // nothing of a directory
			_, err := Open(Config{Path: path})
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
			after, _ := os.ReadFile(path)
			assert.Equal(t, before, after)
		})
	}
}

// A release must read what earlier ones have written: a migration that was released is
// never changed.
func TestTheSchemaIsMigratedFromItsFirstVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	first := migrations[:1]
	all := migrations
	migrations = first
	db, err := Open(Config{Path: path})
	migrations = all
	require.NoError(t, err)
	putDurably(t, db, storetest.Record(1), store.Waits)
	require.NoError(t, db.Close())
	db = opened(t, Config{Path: path})
	list, err := db.Pushes().Load()
	require.NoError(t, err)
	assert.Equal(t, []store.Record{storetest.Record(1)}, list)
}
