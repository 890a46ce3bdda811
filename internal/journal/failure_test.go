package journal_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// fail records a failure of somebody in a space, "" for one that is not known.
func fail(j *journal.Journal, space string) *journal.Trace {
	t := &journal.Trace{Push: &apns.Notification{TeamID: space}}
	j.Record(journal.Event{Kind: journal.Failure, Trace: t, Cause: "tls-handshake", Detail: "because"})
	return t
}

func TestFailuresDoNotEvictPushes(t *testing.T) {
	j := journal.New(journal.Config{History: 1600})
	for i := range 100 {
		happen(j, trace(fmt.Sprint(i), "{}"), journal.Received, journal.Accepted)
	}
	for range 10_000 {
		fail(j, "")
	}
	happen(j, trace("last", "{}"), journal.Received)
	assert.Equal(t, 101, j.Count(filters.Filter{}), "all pushes are there")
	found := j.Find(journal.Query{Newest: true, Limit: 3})
	assert.Equal(t, []string{"last", "", ""}, recordIDs(found.Records), "in the order in which they came")
	assert.Equal(t, "10100", found.Records[1].Name(), "by number")
	assert.False(t, found.Missed)
	assert.Equal(t, journal.Evictions{Failures: 10_000 - 100}.String(), found.Evictions.String())
	assert.Equal(t, 100, j.Count(filter(t, "state=failed")))
	assert.True(t, j.Find(journal.Query{Filter: filter(t, "state=failed")}).Missed)

	page := j.Read(0, 0)
	assert.True(t, page.Missed)
	pushes := 0
	for _, e := range page.Events {
		pushes += min(1, len(e.Push.ID))
	}
	assert.Equal(t, 201, pushes, "nor do they evict events of pushes")
	paged := 0
	for q := (journal.Query{Newest: true, Limit: 7}); ; {
		found := j.Find(q)
		paged += len(found.Records)
		if q.Before = found.Next; q.Before == 0 {
			break
		}
	}
	assert.Equal(t, 101+100, paged)
}

func TestAFailureDoesNotFulfillAWaitButIsANearMiss(t *testing.T) {
	j := journal.New(journal.Config{})
	fail(j, "")
	fail(j, "OTHER")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := j.Await(ctx, filter(t, "space=OWN"), 1, 0)
	var notMet *journal.NotMetError
	require.ErrorAs(t, err, &notMet)
	require.Len(t, notMet.Misses, 1, "whose it is, nobody knows")
	assert.Equal(t, "tls-handshake", notMet.Misses[0].Record.Failure().Cause)
	assert.Contains(t, err.Error(), "state is failed, not that of a push")
	_, err = j.Await(ctx, filters.Filter{}, 1, 0)
	require.ErrorAs(t, err, &notMet)
	found, err := j.Await(ctx, filter(t, "state=failed"), 2, 0)
	require.NoError(t, err)
	assert.Len(t, found, 2)
}

func TestARecordCountsItsHeadersOnceForAllThatShareThem(t *testing.T) {
	j := journal.New(journal.Config{HistoryBytes: 1 << 20})
	add := func(h *journal.Headers) {
		push := trace("x", "")
		push.Headers = h
		happen(j, push, journal.Received)
	}
	large := func() *journal.Headers {
		return &journal.Headers{Fields: []journal.Header{{Name: "a", Value: strings.Repeat("x", 7<<10)}}}
	}
	shared := large()
	for range 800 {
		add(shared)
	}
	assert.Equal(t, 800, j.Count(filters.Filter{}))
	assert.Zero(t, j.Evictions().Pushes)
	for range 800 {
		add(large())
	}
	assert.InDelta(t, (1<<20)/(8<<10), j.Count(filters.Filter{}), 2, "8 KiB each")
}

// What waits for its device is in a queue for longer than in the history.
func TestOnlyTheHistoryKeepsHeaders(t *testing.T) {
	j := journal.New(journal.Config{History: 1})
	waiting := trace("waiting", "")
	removed := func() weak.Pointer[journal.Headers] {
		waiting.Headers = &journal.Headers{Fields: []journal.Header{{Name: "a", Value: "b"}}}
		p := weak.Make(waiting.Headers)
		happen(j, waiting, journal.Received, journal.Accepted)
		return p
	}()
	r, _ := j.Get("waiting")
	assert.Equal(t, []journal.Header{{Name: "a", Value: "b"}}, r.Headers())
	r = journal.Record{}
	happen(j, trace("next", ""), journal.Received)
	runtime.GC()
	assert.Nil(t, removed.Value())
	runtime.KeepAlive(waiting)
}

func TestStepsThatAreAddedCountAsMemory(t *testing.T) {
	j := journal.New(journal.Config{HistoryBytes: 1 << 20})
	for i := range 200 {
		push := trace(fmt.Sprint(i), "")
		happen(j, push, journal.Received, journal.Accepted)
		for range 200 {
			j.Record(journal.Event{Kind: journal.Stored, Trace: push, Device: testDevice, Cause: "not-acknowledged"})
		}
	}
	assert.Less(t, j.Count(filters.Filter{}), 60, "each takes some 20 KiB")
}

func TestAReaderLearnsOfAResetAsMissedEvents(t *testing.T) {
	for name, reset := range map[string]func(*journal.Journal){
		"of all":     func(j *journal.Journal) { j.Reset() },
		"of a space": func(j *journal.Journal) { j.ResetFunc(func(*filters.Attributes) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			j := journal.New(journal.Config{})
			happen(j, trace("a", ""), journal.Received)
			cursor := j.Last()
			happen(j, trace("b", ""), journal.Received)
			latest := j.Last()
			j.ReadShared(cursor) // somebody else has read it
			reset(j)
			assert.True(t, j.Read(cursor, 0).Missed)
			views := j.ReadShared(cursor)
			assert.True(t, views.Missed)
			assert.Empty(t, views.Events)
			assert.False(t, j.Read(latest, 0).Missed, "one that was there already has not")
		})
	}
}

func TestAFailedWaitReportsEvictedRecords(t *testing.T) {
	j := journal.New(journal.Config{History: 1})
	happen(j, trace("a", ""), journal.Received)
	happen(j, trace("b", ""), journal.Received)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := j.Await(ctx, filter(t, "apns-id=a"), 1, 0)
	assert.ErrorContains(t, err, "1 push was evicted from the history since the start")
	_, err = j.Await(ctx, filter(t, "apns-id=a"), 1, 1)
	assert.NotContains(t, err.Error(), "evicted", "it did not ask for those")
}

// Anybody can have connections to the courier fail.
func TestConnectionsOfUnknownDevicesDoNotEvictOtherEvents(t *testing.T) {
	j := journal.New(journal.Config{Capacity: 64})
	j.Record(journal.Event{Kind: journal.Connected, Device: apns.DeviceID{8}}) // in the shard of the device of zeros
	for range 10_000 {
		j.Record(journal.Event{Kind: journal.Disconnected, Cause: "handshake-failed"})
	}
	assert.Equal(t, apns.DeviceID{8}, j.Read(0, 0).Events[0].Device)
}
