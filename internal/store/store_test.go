package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Pushes(t, func(*testing.T) store.Store { return new(store.Memory) })
}

func TestMemoryEntriesKeepTheContract(t *testing.T) {
	storetest.Entries(t, func(*testing.T) store.Entries { return new(store.MemoryEntries) })
}

func TestPuttingIntoMemoryAllocatesNothingMoreThanTheMap(t *testing.T) {
	s := new(store.Memory)
	r := storetest.Record(1)
	allocs := testing.AllocsPerRun(100, func() {
		handle, err := s.Put(r, store.Leaves, nil)
		if err != nil || handle != 0 {
			panic("memory does not fail, and what it has is durable")
		}
		s.Delete(r.To, r.Seq, handle, store.Delivered)
	})
	assert.Zero(t, allocs)
}

func TestAPendingIsOpenUntilEveryRecordIsDurableOrHasFailed(t *testing.T) {
	p := store.NewPending()
	assert.False(t, p.Open())
	flushed := 0
	failed, rejected := &apns.Notification{ID: "failed"}, &apns.Notification{ID: "rejected"}
	flush := func() {
		flushed++
		p.Done()
		p.Fail(failed, nil)
		p.Fail(rejected, apns.Reject(apns.TooManyRequests))
	}
	for range 3 {
		p.Add(flush)
	}
	assert.True(t, p.Open())
	failures := p.Wait()
	require.Len(t, failures, 2)
	assert.Equal(t, store.Failure{Push: failed}, failures[0])
	assert.Same(t, rejected, failures[1].Push)
	assert.Equal(t, apns.TooManyRequests, failures[1].Rejection.Reason)
	assert.Equal(t, 1, flushed, "the store is told to write")
	assert.False(t, p.Open())
	assert.Empty(t, p.Wait(), "a failure is told once")

	p.Add(flush)
	p.Fail(&apns.Notification{}, nil)
	assert.True(t, p.Open(), "a failure has to be looked at")
}

func TestAPendingAllocatesNothingUntilARecordHasToBeWaitedFor(t *testing.T) {
	r, s := storetest.Record(1), new(store.Memory)
	var p store.Pending
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if _, err := s.Put(r, store.Waits, &p); err != nil || p.Open() || p.Wait() != nil {
			panic("what memory has is durable")
		}
	}))
	p.Add(func() { p.Done() })
	assert.True(t, p.Open())
	assert.Empty(t, p.Wait())
}

func TestNobodyIsAPendingToo(t *testing.T) {
	var nobody *store.Pending
	nobody.Add(func() {})
	nobody.Done()
	nobody.Fail(&apns.Notification{}, nil)
	assert.False(t, nobody.Open())
}
