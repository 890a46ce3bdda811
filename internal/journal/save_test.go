package journal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// encodeAll returns the records of a journal in the form in which they outlive the process.
func encodeAll(t *testing.T, j *journal.Journal) (all [][]byte) {
	t.Helper()
	for _, r := range j.Find(journal.Query{}).Records {
		text, err := r.Encode()
		require.NoError(t, err)
		all = append(all, text)
	}
	return all
}

func TestARestoredRecordIsTheSame(t *testing.T) {
	j := journal.New(journal.Config{})
	record := func(push *journal.Trace, kind journal.Kind, change func(*journal.Event)) {
		e := journal.Event{At: time.Unix(1_700_000_000, 5), Kind: kind, Trace: push, Device: push.Device}
		if change != nil {
			change(&e)
		}
		j.Record(e)
	}
	device := apns.DeviceID{1}
	delivered := &journal.Trace{Push: &apns.Notification{ID: "delivered", Topic: "t", Payload: []byte(`{}`)}, Device: device}
	for _, kind := range []journal.Kind{journal.Received, journal.Accepted, journal.Sent, journal.Delivered} {
		record(delivered, kind, nil)
	}
	rejected := &journal.Trace{Push: &apns.Notification{ID: "rejected", Topic: "t", Payload: []byte{0xff}}, Device: device}
	record(rejected, journal.Received, nil)
	record(rejected, journal.Rejected, func(e *journal.Event) {
		e.Rejection = &apns.Rejection{Reason: apns.Unregistered, Since: time.Unix(1_600_000_000, 0), Detail: "removed"}
		e.Cause = string(apns.Unregistered)
	})
	faulted := &journal.Trace{Push: &apns.Notification{ID: "faulted", Topic: "t"}, Device: device}
	record(faulted, journal.Accepted, func(e *journal.Event) { e.Status = 503 })
	broadcast := &journal.Trace{Push: &apns.Notification{ID: "broadcast", Topic: "t", Channel: "c"}}
	record(broadcast, journal.Accepted, nil)
	for i := range 300 {
		record(broadcast, journal.Sent, func(e *journal.Event) { e.Device = apns.DeviceID{2, byte(i), byte(i >> 8)} })
	}
	failure := &journal.Trace{Push: &apns.Notification{}}
	record(failure, journal.Failure, func(e *journal.Event) { e.Cause, e.Status = "bad-request", 400 })

	before := encodeAll(t, j)
	require.Len(t, before, 5)
	restored := journal.New(journal.Config{})
	numbers, err := restored.Restore(before)
	require.NoError(t, err)
	assert.Equal(t, []uint64{1, 2, 3, 4, 5}, numbers)
	assert.Equal(t, before, encodeAll(t, restored))
	was, is := j.Find(journal.Query{}).Records, restored.Find(journal.Query{}).Records
	for i := range was {
		assert.Equal(t, was[i].Counts, is[i].Counts, was[i].Push.ID)
		assert.Equal(t, was[i].Omitted, is[i].Omitted, was[i].Push.ID)
		assert.Equal(t, was[i].Reached, is[i].Reached, was[i].Push.ID)
		assert.Equal(t, was[i].Status(), is[i].Status(), was[i].Push.ID)
	}
	require.Positive(t, is[3].Omitted)
	assert.True(t, is[0].Reached.Has(filters.Delivered))

	restored.Record(journal.Event{Kind: journal.Received, Trace: &journal.Trace{Push: &apns.Notification{ID: "next"}}})
	next, ok := restored.Get("next")
	require.True(t, ok)
	assert.Equal(t, uint64(6), next.Number)
}

func TestADamagedRecordIsReported(t *testing.T) {
	_, err := journal.New(journal.Config{}).Restore([][]byte{[]byte(`{"number":1,"steps":[{"kind":"lost"}]}`)})
	require.ErrorContains(t, err, `a record of the history cannot be read: "lost" is not a kind of event`)
}

func TestAPushThatHasNotEndedGoesOnWithItsTrace(t *testing.T) {
	j := journal.New(journal.Config{})
	push := &apns.Notification{ID: "stored"}
	trace := &journal.Trace{Push: push, Device: apns.DeviceID{1}}
	j.Record(journal.Event{Kind: journal.Stored, Trace: trace})
	assert.NotSame(t, trace, j.TraceOf(push, apns.DeviceID{1}), "while events are recorded, each push has its own")
	j.BeginTraces()
	assert.Same(t, trace, j.TraceOf(push, apns.DeviceID{1}))
	assert.NotSame(t, trace, j.TraceOf(push, apns.DeviceID{2}), "another device")
	j.EndTraces()
	j.Record(journal.Event{Kind: journal.Delivered, Trace: trace})
	j.BeginTraces()
	defer j.EndTraces()
	assert.NotSame(t, trace, j.TraceOf(push, apns.DeviceID{1}), "it has ended")
}

func TestARecordIsChangedUntilItIsTaken(t *testing.T) {
	j := journal.New(journal.Config{History: 3})
	pushes := make([]*journal.Trace, 4)
	for i, id := range []string{"evicted", "a", "b", "c"} {
		pushes[i] = &journal.Trace{Push: &apns.Notification{ID: id}}
		j.Record(journal.Event{Kind: journal.Received, Trace: pushes[i]})
	}
	changed := func(limit int) (ids []string) {
		for _, r := range j.Changed(limit) {
			ids = append(ids, r.Push.ID)
		}
		return ids
	}
	assert.Equal(t, []string{"c", "b"}, changed(2), "the newest come first")
	assert.Equal(t, []string{"a"}, changed(2))
	assert.Empty(t, changed(2))
	j.Record(journal.Event{Kind: journal.Accepted, Trace: pushes[2]})
	j.Record(journal.Event{Kind: journal.Delivered, Trace: pushes[2]})
	assert.Equal(t, []string{"b"}, changed(2), "once for both events")
	j.Record(journal.Event{Kind: journal.Accepted, Trace: pushes[1]})
	j.Delete(journal.Query{})
	assert.Empty(t, changed(2), "it was deleted")

	restored := journal.New(journal.Config{})
	_, err := restored.Restore([][]byte{[]byte(`{"number":1,"push":{"apnsId":"old"},"steps":[{"kind":"accepted"}]}`)})
	require.NoError(t, err)
	assert.Empty(t, restored.Changed(2), "it is saved already")
}
