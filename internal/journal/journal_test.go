package journal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func event(device int, id string) journal.Event {
	return journal.Event{Kind: journal.Accepted, Device: apns.DeviceID{byte(device)}, Push: &apns.Notification{ID: id}}
}

func ids(events []journal.Event) (ids []string) {
	for _, e := range events {
		ids = append(ids, e.Push.ID)
	}
	return ids
}

func TestEventsAreReadInOrderFromACursor(t *testing.T) {
	j := journal.New(journal.Config{})
	for i := range 20 {
		j.Record(event(i*37, fmt.Sprint(i)))
	}
	page := j.Read(0, 3)
	assert.Equal(t, []string{"0", "1", "2"}, ids(page.Events))
	page = j.Read(page.Next, 2)
	assert.Equal(t, []string{"3", "4"}, ids(page.Events))
	assert.Equal(t, uint64(5), page.Next)
	page = j.Read(page.Next, 0)
	assert.Len(t, page.Events, 15)
	assert.Equal(t, j.Last(), page.Next)
	assert.Empty(t, j.Read(page.Next, 0).Events)
	assert.Equal(t, page.Next, j.Read(page.Next, 0).Next, "a cursor at the end stays")
	assert.False(t, page.Missed)
}

func TestPagesHaveEveryEventOnce(t *testing.T) {
	j := journal.New(journal.Config{})
	const count = 100
	for i := range count {
		j.Record(event(i*i, fmt.Sprint(i))) // some devices have many of them
	}
	for limit := 1; limit <= count+1; limit++ {
		var got []uint64
		cursor := uint64(0)
		for cursor < j.Last() {
			page := j.Read(cursor, limit)
			require.LessOrEqual(t, len(page.Events), limit)
			require.Greater(t, page.Next, cursor)
			for _, e := range page.Events {
				got = append(got, e.Seq)
			}
			cursor = page.Next
		}
		require.Len(t, got, count, "limit %d", limit)
		for i, seq := range got {
			require.EqualValues(t, i+1, seq, "limit %d", limit)
		}
	}
}

func TestEventsCarryTheSemanticTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		c.Advance(time.Hour)
		j := journal.New(journal.Config{Clock: &c})
		j.Record(event(0, "a"))
		at := time.Unix(42, 0)
		j.Record(journal.Event{At: at})
		events := j.Read(0, 0).Events
		assert.Equal(t, time.Now().Add(time.Hour), events[0].At)
		assert.Equal(t, at, events[1].At, "a time that is given stays")
	})
}

func TestReadersLearnThatOldEventsWereEvicted(t *testing.T) {
	j := journal.New(journal.Config{Capacity: 16})
	for i := range 100 {
		j.Record(event(0, fmt.Sprint(i))) // one device: one part of the capacity
	}
	page := j.Read(0, 0)
	assert.Equal(t, []string{"98", "99"}, ids(page.Events))
	assert.True(t, page.Missed)
	assert.False(t, j.Read(98, 0).Missed, "nothing after the cursor was lost")
	assert.True(t, j.Read(97, 0).Missed, "event 98 was lost")
}

func TestWaitReturnsWithTheFirstEventAfterTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Config{})
		j.Record(event(0, "a"))
		require.NoError(t, j.Wait(t.Context(), 0), "there is one already")

		done := make(chan error, 1)
		go func() { done <- j.Wait(t.Context(), 1) }()
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("Wait returned without news")
		default:
		}
		j.Record(event(0, "b"))
		assert.NoError(t, <-done)

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.ErrorIs(t, j.Wait(ctx, 2), context.DeadlineExceeded)
	})
}

func TestNoEventIsLostBetweenReadersAndWriters(t *testing.T) {
	j := journal.New(journal.Config{})
	const writers, each = 4, 500
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				j.Record(event(w, fmt.Sprint(w, i)))
			}
		})
	}
	var seen, cursor uint64
	for seen < writers*each {
		require.NoError(t, j.Wait(t.Context(), cursor))
		page := j.Read(cursor, 0)
		for _, e := range page.Events {
			seen++
			require.Equal(t, seen, e.Seq, "numbers have no gaps")
		}
		cursor = page.Next
	}
	wg.Wait()
}

func TestNilJournalIsSilent(t *testing.T) {
	var j *journal.Journal
	j.Record(event(0, "a"))
	assert.Zero(t, j.Last())
	assert.Empty(t, j.Read(0, 0).Events)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, j.Wait(ctx, 0), context.Canceled)
}

func BenchmarkRecord(b *testing.B) {
	j := journal.New(journal.Config{})
	e := event(1, "a")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			j.Record(e)
		}
	})
}
