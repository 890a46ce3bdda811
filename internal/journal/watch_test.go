package journal_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/journal"
)

func TestAWatchSignalsOnlyMatchingEvents(t *testing.T) {
	j := journal.New(journal.Config{})
	w := j.Watch(filter(t, "state=delivered payload.n=1"))
	defer w.Stop()
	happen(j, trace("other", `{"n":2}`), journal.Received, journal.Delivered)
	push := trace("a", `{"n":1}`)
	happen(j, push, journal.Received, journal.Accepted, journal.Sent)
	require.Empty(t, w.C())
	happen(j, push, journal.Delivered)
	require.Len(t, w.C(), 1)
	<-w.C()
	cursor := w.Since(0)
	happen(j, trace("b", `{"n":1}`), journal.Delivered)
	require.Len(t, w.C(), 1, "and once more for what comes after that")
	page := j.ReadShared(cursor)
	f := filter(t, "state=delivered payload.n=1")
	var ids []string
	for _, e := range page.Events {
		if e.Match(&f) {
			ids = append(ids, e.Push.ID)
		}
	}
	assert.Equal(t, []string{"a", "b"}, ids)
}

// A reader without a matching event for long has not missed the events evicted meanwhile.
func TestEvictedEventsThatDoNotMatchAreNotMissed(t *testing.T) {
	j := journal.New(journal.Config{History: 2048})
	f := filter(t, "topic=other")
	w := j.Watch(f)
	defer w.Stop()
	cursor := j.Last()
	for i := range 20_000 {
		happen(j, trace(fmt.Sprint(i), ""), journal.Received)
	}
	require.Empty(t, w.C())
	push := trace("mine", "")
	push.Push.Topic = "other"
	happen(j, push, journal.Received)
	<-w.C()
	require.True(t, j.Read(cursor, 0).Missed)
	cursor = w.Since(cursor)
	found := 0
	for {
		page := j.ReadShared(cursor)
		if page.Next == cursor {
			break
		}
		assert.False(t, page.Missed)
		for _, e := range page.Events {
			if e.Match(&f) {
				found++
			}
		}
		cursor = page.Next
	}
	assert.Equal(t, 1, found)
}

func TestReadersShareTextAndPages(t *testing.T) {
	j := journal.New(journal.Config{})
	w := j.Watch(filter(t, ""))
	defer w.Stop()
	happen(j, trace("a", ""), journal.Received, journal.Accepted)
	written := 0
	text := func(v *journal.SharedEvent) ([]byte, error) { written++; return []byte(v.Kind.String()), nil }
	for _, cursor := range []uint64{0, 1, 0} {
		page := j.ReadShared(cursor)
		require.Len(t, page.Events, 2-int(cursor))
		for _, e := range page.Events {
			got, err := e.Text(text)
			require.NoError(t, err)
			assert.Equal(t, e.Kind.String(), string(got))
		}
	}
	assert.Equal(t, 2, written)
}

func TestWaitersWakeOnlyForMatchingEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Config{})
		done, mine := make(chan error, 1), filter(t, "apns-id=mine payload.n=1")
		go func() {
			_, err := j.Await(t.Context(), mine, 2, 0)
			done <- err
		}()
		synctest.Wait()
		assert.Equal(t, 1, j.Waiting())
		for i := range 100 {
			happen(j, trace(fmt.Sprint(i), `{"n":1}`), journal.Received)
		}
		happen(j, trace("mine", `{"n":1}`), journal.Received, journal.Accepted)
		synctest.Wait()
		require.Empty(t, done)
		happen(j, trace("mine", `{"n":1}`), journal.Received)
		assert.NoError(t, <-done)
		assert.Zero(t, j.Waiting())
	})
}

func TestAnEventDoesNotAllocateWithoutWatches(t *testing.T) {
	j := journal.New(journal.Config{History: 16})
	for range 1000 {
		happen(j, trace("a", ""), journal.Received) // the history and the events are full
	}
	assert.Zero(t, testing.AllocsPerRun(1000, func() { j.Record(journal.Event{Kind: journal.Connected, Device: testDevice}) }))
}

// What 64 waits of each kind cost the one who records an event that concerns none.
func BenchmarkRecordWithWaits(b *testing.B) {
	for _, words := range []string{"", "topic=com.example.other", "payload.aps.badge=4711", "payload.aps.badge=4711.5"} {
		b.Run(words, func(b *testing.B) {
			j := journal.New(journal.Config{})
			ctx, cancel := context.WithCancelCause(b.Context())
			var all sync.WaitGroup
			if words != "" {
				f := filter(b, words)
				for range 64 {
					all.Go(func() { _, _ = j.Await(ctx, f, 1, 0) })
				}
				for j.Waiting() < 64 {
					runtime.Gosched()
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				happen(j, trace("a", `{"aps":{"alert":{"title":"Hello","body":"World"},"badge":7},"n":[1,2,3]}`), journal.Received, journal.Accepted, journal.Sent, journal.Delivered)
			}
			cancel(journal.ErrAbandoned)
			all.Wait()
		})
	}
}
