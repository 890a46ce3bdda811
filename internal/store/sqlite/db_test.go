package sqlite

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/groupcommit"
	"github.com/apns-sim/apns-sim/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened opens a state that the test closes.
func opened(t *testing.T, cfg Config) *DB {
	t.Helper()
	db, err := Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			assert.ErrorIs(t, err, groupcommit.ErrClosed, "the test has closed it")
		}
	})
	return db
}

func fresh(t *testing.T) *DB { return opened(t, Config{Path: filepath.Join(t.TempDir(), "state.db")}) }

// putDurably puts a record and waits until it is durable.
func putDurably(t *testing.T, db *DB, r store.Record, what store.Delivery) store.Handle {
	t.Helper()
	pending := store.NewPending()
	handle, err := db.Pushes().Put(r, what, pending)
	require.NoError(t, err)
	require.Empty(t, pending.Wait())
	return handle
}

// inFile returns the numbers of the records in the file, without writing what waits.
func inFile(t *testing.T, db *DB) (seqs []uint64) {
	t.Helper()
	f, err := openFile(db.path)
	require.NoError(t, err)
	list, err := f.Load()
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, r := range list {
		seqs = append(seqs, r.Seq)
	}
	return seqs
}

func TestSQLiteKeepsTheContractOfPushes(t *testing.T) {
	storetest.Pushes(t, func(t *testing.T) store.Store { return fresh(t).Pushes() })
}

func TestSQLiteKeepsTheContractOfEntries(t *testing.T) {
	storetest.Entries(t, func(t *testing.T) store.Entries { return fresh(t).Entries() })
}

func TestWithSyncTheContractIsTheSame(t *testing.T) {
	storetest.Pushes(t, func(t *testing.T) store.Store {
		return opened(t, Config{Path: filepath.Join(t.TempDir(), "state.db"), Sync: true}).Pushes()
	})
}

func TestWhatIsDurableIsThereForTheNextOne(t *testing.T) {
	for _, name := range []string{"state.db", "a ? b # c % d/state.db"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		db := opened(t, Config{Path: path})
		putDurably(t, db, storetest.Record(1), store.Waits)
		putDurably(t, db, storetest.Record(2), store.Leaves)
		db.Pushes().Delete(storetest.To(1), 1, 0, store.Delivered)
		_, err := db.Pushes().Put(storetest.Record(3), store.Waits, nil) // for which nobody waits
		require.NoError(t, err)
		require.NoError(t, db.Entries().Set("team", "a", []byte("1")))
		require.NoError(t, db.Close())
		require.FileExists(t, path)

		db = opened(t, Config{Path: path})
		list, err := db.Pushes().Load()
		require.NoError(t, err)
		assert.Equal(t, []store.Record{storetest.Record(2), storetest.Record(3)}, list)
		highWater, err := db.Pushes().HighWater()
		require.NoError(t, err)
		assert.Equal(t, store.HighWater{Seq: 3, Stamp: 1003}, highWater)
		entries, err := db.Entries().Load("team")
		require.NoError(t, err)
		assert.Equal(t, []store.Entry{{Key: "a", Value: []byte("1")}}, entries)
		require.NoError(t, db.Close())
	}
}

func TestAPushThatIsAcknowledgedInTimeIsNeverWritten(t *testing.T) {
	db := fresh(t)
	pending := store.NewPending()
	handle, err := db.Pushes().Put(storetest.Record(1), store.Leaves, pending)
	require.NoError(t, err)
	db.Pushes().Delete(storetest.To(1), 1, handle, store.Delivered)
	assert.False(t, pending.Open(), "nothing is left to wait for")
	require.NoError(t, db.Entries().Set("team", "a", nil))
	assert.Empty(t, inFile(t, db))
}

func TestAPushThatIsReplacedIsAnsweredWhenTheNewerOneIsDurable(t *testing.T) {
	db := fresh(t)
	older, newer := store.NewPending(), store.NewPending()
	handle, err := db.Pushes().Put(storetest.Record(1), store.Waits, older)
	require.NoError(t, err)
	_, err = db.Pushes().Put(storetest.Record(2), store.Leaves, newer)
	require.NoError(t, err)
	db.Pushes().Delete(storetest.To(1), 1, handle, store.Dropped)
	assert.Empty(t, older.Wait())
	assert.Equal(t, []uint64{2}, inFile(t, db))
}

func TestMarksAreWrittenEvenIfNoRecordIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := opened(t, Config{Path: path})
	handle, err := db.Pushes().Put(storetest.Record(9), store.Leaves, nil)
	require.NoError(t, err)
	db.Pushes().Delete(storetest.To(9), 9, handle, store.Delivered)
	require.NoError(t, db.Close())
	highWater, err := opened(t, Config{Path: path}).Pushes().HighWater()
	require.NoError(t, err)
	assert.Equal(t, store.HighWater{Seq: 9, Stamp: 1009}, highWater)
}

func TestAfterCloseNothingIsStored(t *testing.T) {
	db := fresh(t)
	require.NoError(t, db.Close())
	_, err := db.Pushes().Put(storetest.Record(1), store.Waits, nil)
	require.ErrorContains(t, err, "closed")
	require.ErrorIs(t, db.Entries().Set("team", "a", nil), groupcommit.ErrClosed)
	_, err = db.Entries().Load("team")
	require.ErrorIs(t, err, groupcommit.ErrClosed)
	_, err = db.Pushes().Load()
	require.ErrorIs(t, err, groupcommit.ErrClosed)
	require.ErrorIs(t, db.Close(), groupcommit.ErrClosed)
}

// fill limits the size of the file to what it has, and returns how to lift that.
func fill(t *testing.T, db *DB) (lift func()) {
	t.Helper()
	limit := func(pages int) {
		require.NoError(t, db.writer.Do(func() {
			_, err := db.file.number(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
			assert.NoError(t, err)
		}))
	}
	limit(1)
	return func() { limit(1 << 30) }
}

func TestAFullDiskRejectsPushesUntilThereIsRoom(t *testing.T) {
	var log bytes.Buffer
	db := opened(t, Config{Path: filepath.Join(t.TempDir(), "state.db"), Log: slog.New(slog.NewTextHandler(&log, nil))})
	kept := putDurably(t, db, storetest.Record(1), store.Waits)
	lift := fill(t, db)
	pending := store.NewPending()
	large := storetest.Record(2)
	large.Push.Payload = make([]byte, 100_000)
	_, err := db.Pushes().Put(large, store.Waits, pending)
	require.NoError(t, err, "that the disk is full is not known yet")
	sent, err := db.Pushes().Put(storetest.Record(3), store.Leaves, pending)
	require.NoError(t, err)
	time.AfterFunc(60*time.Millisecond, func() { db.Pushes().Delete(storetest.To(3), 3, sent, store.Delivered) })
	failed := pending.Wait()
	require.Len(t, failed, 1, "the other was acknowledged meanwhile")
	assert.Same(t, large.Push, failed[0].Push)

	_, err = db.Pushes().Put(storetest.Record(4), store.Waits, pending)
	require.ErrorContains(t, err, "ServiceUnavailable")
	require.ErrorContains(t, db.Entries().Set("team", "a", nil), "full")
	db.Pushes().Delete(storetest.To(1), 1, kept, store.Delivered)

	lift()
	require.Eventually(t, func() bool {
		_, err = db.Pushes().Put(storetest.Record(5), store.Waits, pending)
		return err == nil
	}, 5*time.Second, 10*time.Millisecond)
	assert.Empty(t, pending.Wait())
	assert.Equal(t, []uint64{5}, inFile(t, db), "what was deleted meanwhile is gone")
	require.NoError(t, db.Close())
	assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("level=ERROR")), "%s", &log)
	assert.Contains(t, log.String(), "the state can be stored again")
}

func TestWhatCannotBeWrittenAtTheEndFails(t *testing.T) {
	db := fresh(t)
	fill(t, db)
	pending := store.NewPending()
	large := storetest.Record(2)
	large.Push.Payload = make([]byte, 100_000)
	_, err := db.Pushes().Put(large, store.Waits, pending)
	require.NoError(t, err)
	require.ErrorContains(t, db.Close(), "full")
	assert.Len(t, pending.Wait(), 1)
}

func TestASnapshotIsTheStateOfOneMoment(t *testing.T) {
	db := fresh(t)
	_, err := db.Pushes().Put(storetest.Record(1), store.Waits, nil) // for which nobody waits
	require.NoError(t, err)
	require.NoError(t, db.Entries().Set("team", "a", []byte("1")))
	s, err := db.Snapshot()
	require.NoError(t, err)
	putDurably(t, db, storetest.Record(2), store.Waits)
	require.NoError(t, db.Entries().Set("team", "a", []byte("2")))
	list, err := s.Pushes()
	require.NoError(t, err)
	assert.Equal(t, []store.Record{storetest.Record(1)}, list)
	entries, err := s.Load("team")
	require.NoError(t, err)
	assert.Equal(t, []store.Entry{{Key: "a", Value: []byte("1")}}, entries)
	require.NoError(t, s.Close())
	list, err = db.Pushes().Load()
	require.NoError(t, err)
	assert.Len(t, list, 2)
	require.NoError(t, db.Close())
	_, err = db.Snapshot()
	require.ErrorContains(t, err, "closed")
}
