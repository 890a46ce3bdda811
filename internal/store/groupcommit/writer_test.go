package groupcommit

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/storetest"
)

// memory is a medium that can fail.
type memory struct {
	mu      sync.Mutex
	records []store.Record
	entries map[string]string
	groups  [][]uint64 // the records of each group, and 0 for one without any
	probed  int
	fails   error
}

func (m *memory) Commit(g *Group) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	var seqs []uint64
	for _, seq := range g.Ended {
		m.records = slices.DeleteFunc(m.records, func(r store.Record) bool { return r.Seq == seq })
	}
	for r := range g.Records() {
		m.records = append(m.records, *r)
		seqs = append(seqs, r.Seq)
	}
	for c := range g.Changes() {
		m.entries[c.Key] = string(c.Value)
	}
	if g.Probe {
		m.probed++
	}
	m.groups = append(m.groups, seqs)
	return nil
}

// written returns the groups so far.
func (m *memory) written() [][]uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.groups)
}

func (m *memory) Load() ([]store.Record, error) {
	list := slices.Clone(m.records)
	slices.SortFunc(list, func(a, b store.Record) int { return int(int64(a.Seq) - int64(b.Seq)) })
	return list, nil
}

func (m *memory) Close() error { return nil }

// written runs f with a writer to an empty medium, in virtual time.
func written(t *testing.T, f func(t *testing.T, w *Writer, m *memory, log *bytes.Buffer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{entries: make(map[string]string)}
		var log bytes.Buffer
		w := New(Config{Medium: m, Log: slog.New(slog.NewTextHandler(&log, nil))})
		f(t, w, m, &log)
		if err := w.Close(); err != nil {
			assert.ErrorIs(t, err, ErrClosed, "the test has closed it")
		}
	})
}

func TestAWriterKeepsTheContractOfPushes(t *testing.T) {
	storetest.Pushes(t, func(t *testing.T) store.Store {
		w := New(Config{Medium: new(memory), Log: slog.New(slog.DiscardHandler)})
		t.Cleanup(func() { assert.NoError(t, w.Close()) })
		return w
	})
}

func TestWhoWaitsMakesTheGroupDueAtOnce(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, _ *bytes.Buffer) {
		pending := store.NewPending()
		for seq := range uint64(3) {
			_, err := w.Put(storetest.Record(seq+1), store.Waits, pending)
			require.NoError(t, err)
		}
		began := time.Now()
		assert.Empty(t, pending.Wait())
		assert.Zero(t, time.Since(began))
		assert.Equal(t, [][]uint64{{1, 2, 3}}, m.written())
	})
}

func TestARecordForWhichNobodyWaitsIsWrittenSoon(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, _ *bytes.Buffer) {
		_, err := w.Put(storetest.Record(1), store.Waits, nil)
		require.NoError(t, err)
		time.Sleep(longestWait - time.Nanosecond)
		synctest.Wait()
		assert.Empty(t, m.written())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		assert.Equal(t, [][]uint64{{1}}, m.written())
	})
}

func TestAPushThatIsSentIsWrittenAfterTheWaitForItsAcknowledgement(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, _ *bytes.Buffer) {
		pending := store.NewPending()
		acknowledged, err := w.Put(storetest.Record(1), store.Leaves, pending)
		require.NoError(t, err)
		_, err = w.Put(storetest.Record(2), store.Leaves, pending)
		require.NoError(t, err)
		w.Delete(storetest.To(1), 1, acknowledged, store.Delivered)
		began := time.Now()
		assert.Empty(t, pending.Wait())
		assert.Equal(t, minWait, time.Since(began))
		assert.Equal(t, [][]uint64{{2}}, m.written())
	})
}

func TestADroppedRecordIsDeletedWithWhatReplacesIt(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, _ *bytes.Buffer) {
		pending := store.NewPending()
		handle, err := w.Put(storetest.Record(1), store.Waits, pending)
		require.NoError(t, err)
		require.Empty(t, pending.Wait())
		w.mu.Lock() // the goroutine sees both at once
		_, err = w.putLocked(storetest.Record(2), store.Leaves, nil, time.Now())
		require.NoError(t, err)
		w.deleteLocked(1, handle, store.Dropped, time.Now())
		w.mu.Unlock()
		_, err = w.Load()
		require.NoError(t, err)
		assert.Equal(t, [][]uint64{{1}, {2}}, m.groups, "though the second was just sent")
		assert.Equal(t, uint64(2), m.records[0].Seq)
		assert.Len(t, m.records, 1)
	})
}

func TestWhatWaitsFailsWhenTheMediumDoesNotRecoverInTime(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, log *bytes.Buffer) {
		m.fails = errors.New("the disk is full")
		pending := store.NewPending()
		r := storetest.Record(1)
		_, err := w.Put(r, store.Waits, pending)
		require.NoError(t, err)
		began := time.Now()
		failed := pending.Wait()
		assert.Len(t, failed, 1)
		assert.Same(t, r.Push, failed[0].Push)
		assert.Equal(t, grace, time.Since(began))
		_, err = w.Put(storetest.Record(2), store.Waits, pending)
		require.ErrorContains(t, err, "ServiceUnavailable")
		require.ErrorIs(t, w.Apply(store.Change{Key: "a"}), m.fails)

		require.NoError(t, w.Do(func() { m.fails = nil }))
		time.Sleep(pause)
		synctest.Wait()
		_, err = w.Put(storetest.Record(3), store.Waits, pending)
		require.NoError(t, err)
		assert.Empty(t, pending.Wait())
		assert.Equal(t, 1, m.probed, "whether there is room is tried before records are taken")
		assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("level=ERROR")), "%s", log)
		assert.Contains(t, log.String(), "the state can be stored again")
	})
}

func TestAMediumThatRecoversInTimeLosesNothing(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, _ *bytes.Buffer) {
		m.fails = errors.New("it is busy")
		pending := store.NewPending()
		_, err := w.Put(storetest.Record(1), store.Waits, pending)
		require.NoError(t, err)
		time.AfterFunc(grace/2, func() { _ = w.Do(func() { m.fails = nil }) })
		assert.Empty(t, pending.Wait())
		assert.Len(t, m.records, 1)
	})
}

func TestAfterCloseNothingIsTaken(t *testing.T) {
	written(t, func(t *testing.T, w *Writer, m *memory, _ *bytes.Buffer) {
		_, err := w.Put(storetest.Record(1), store.Waits, nil)
		require.NoError(t, err)
		require.NoError(t, w.Apply(store.Change{Key: "a", Value: []byte("1")}))
		require.NoError(t, w.Close())
		assert.Equal(t, map[string]string{"a": "1"}, m.entries)
		assert.Len(t, m.records, 1)
		_, err = w.Put(storetest.Record(2), store.Waits, nil)
		require.ErrorContains(t, err, "closed")
		require.ErrorIs(t, w.Apply(store.Change{Key: "a"}), ErrClosed)
		_, err = w.Load()
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorIs(t, w.Close(), ErrClosed)
	})
}
