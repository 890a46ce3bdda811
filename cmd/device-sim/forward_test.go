package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/device"
)

// A slowReceiver takes a second for each notification.
type slowReceiver struct{ took []uint32 }

func (s *slowReceiver) name() string { return "slow" }

func (s *slowReceiver) take(ctx context.Context, n received) forwardResult {
	select {
	case <-time.After(time.Second):
		s.took = append(s.took, n.ID)
		return forwardResult{to: s.name(), n: n, outcome: forwardDone}
	case <-ctx.Done():
		return forwardResult{to: s.name(), n: n, outcome: forwardFailed, err: ctx.Err()}
	}
}

func message(id uint32) received { return received{Notification: device.Notification{ID: id}} }

func TestFullQueueIsReportedOnceAndThenWithTheNumberOfDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f forwarding
		var reports []forwardResult
		slow := new(slowReceiver)
		f.start(t.Context(), []receiver{slow}, func(r forwardResult) { reports = append(reports, r) })
		require.Empty(t, f.add(message(0)))
		synctest.Wait() // the receiver has it
		for id := uint32(1); id <= forwardQueue; id++ {
			require.Empty(t, f.add(message(id)))
		}
		notes := f.add(message(2000))
		require.Len(t, notes, 1)
		assert.EqualError(t, notes[0].err, "1000 notifications wait already; notifications are dropped until there is room")
		assert.Empty(t, f.add(message(2001)))

		time.Sleep(1500 * time.Millisecond)
		notes = f.add(message(3000))
		require.Len(t, notes, 1)
		assert.EqualError(t, notes[0].err, "2 notifications were dropped: the queue was full")

		f.end()
		require.Len(t, slow.took, 6, "five seconds more, and no longer")
		for i, id := range slow.took {
			assert.Equal(t, uint32(i), id, "in order")
		}
		assert.EqualError(t, reports[len(reports)-1].err, "995 notifications were dropped: the device stopped before their turn")
	})
}

func TestDropsAtTheEndAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f forwarding
		var reports []string
		f.start(t.Context(), []receiver{new(slowReceiver)}, func(r forwardResult) {
			if r.err != nil {
				reports = append(reports, r.err.Error())
			}
		})
		for id := range uint32(forwardQueue + 5) {
			f.add(message(id))
		}
		f.end()
		assert.Contains(t, strings.Join(reports, "\n"), "notifications were dropped: the queue was full")
	})
}

func TestNothingIsForwardedUnlessAskedFor(t *testing.T) {
	var f forwarding
	f.start(t.Context(), nil, nil)
	assert.Empty(t, f.add(message(1)))
	f.end()
}
