package main

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// counts checks that each of a number of pushes arrives once at each device it is for,
// and nowhere else, and how long it took. Its methods may be called from any goroutine.
type counts struct {
	first   int // number of the first push
	devices int // for which each push is; all but broadcasts are for one
	deal    int // among so many devices pushes are dealt in turn; 0 = nobody looks
	start   time.Time
	sent    []atomic.Int64 // when the push was posted, nanoseconds since start
	took    []atomic.Int64 // until it arrived, nanoseconds; 0 = it has not. Of each push, for each device

	responded []atomic.Int64 // until the response came, nanoseconds; 0 = it has not, or nobody looks

	arrived      atomic.Int64
	twice        atomic.Int64
	strange      atomic.Int64  // payloads that nobody sent
	misdelivered atomic.Int64  // pushes received by another device
	all          chan struct{} // closed when every push has arrived
}

// newTally counts so many pushes to one device each, numbered from first on. The
// number says which of so many devices it is, as for [provider].
func newCounts(first, pushes, devices int) *counts {
	t := newBroadcastCounts(first, pushes, 1)
	t.deal = devices
	return t
}

// newBroadcastTally counts so many broadcasts to the same devices.
func newBroadcastCounts(first, pushes, devices int) *counts {
	return &counts{
		first:   first,
		devices: devices,
		start:   time.Now(),
		sent:    make([]atomic.Int64, pushes),
		took:    make([]atomic.Int64, pushes*devices),

		responded: make([]atomic.Int64, pushes),
		all:       make(chan struct{}),
	}
}

// post notes that push n is being posted now.
func (t *counts) post(n int) { t.due(n, time.Now()) }

// due notes since when push n counts.
func (t *counts) due(n int, at time.Time) { t.sent[n-t.first].Store(int64(at.Sub(t.start))) }

// respond notes that the response to push n has come.
func (t *counts) respond(n int) {
	t.responded[n-t.first].Store(max(1, int64(time.Since(t.start))-t.sent[n-t.first].Load()))
}

// receive notes that a device, numbered from 0 on, has received a payload.
func (t *counts) receive(device int, payload []byte) {
	number, ok := payloadNumber(payload)
	n := number - t.first
	if !ok || n < 0 || n >= len(t.sent) {
		t.strange.Add(1)
		return
	}
	if t.deal > 0 && device != number%t.deal {
		t.misdelivered.Add(1)
		return
	}
	took := max(1, int64(time.Since(t.start))-t.sent[n].Load())
	if !t.took[n*t.devices+device%t.devices].CompareAndSwap(0, took) {
		t.twice.Add(1)
		return
	}
	if t.arrived.Add(1) == int64(len(t.took)) {
		close(t.all)
	}
}

// check fails unless every push has arrived once.
func (t *counts) check() error {
	missing := int64(len(t.took)) - t.arrived.Load()
	if missing == 0 && t.twice.Load() == 0 && t.strange.Load() == 0 && t.misdelivered.Load() == 0 {
		return nil
	}
	return fmt.Errorf("of %d pushes %d did not arrive; %d arrivals were repeated, %d had another payload, %d were at another device",
		len(t.took), missing, t.twice.Load(), t.strange.Load(), t.misdelivered.Load())
}

// latencies returns the times from POST to device, in rising order.
func (t *counts) latencies() []time.Duration { return sorted(t.took) }

// responseTimes returns the times from POST to response, in rising order.
func (t *counts) responseTimes() []time.Duration { return sorted(t.responded) }

// sorted returns the times that are known, in rising order.
func sorted(times []atomic.Int64) (all []time.Duration) {
	for i := range times {
		if took := times[i].Load(); took != 0 {
			all = append(all, time.Duration(took))
		}
	}
	slices.Sort(all)
	return all
}
