package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

const (
	// forwardQueue is how many notifications may wait for one receiver.
	forwardQueue = 1000
	// forwardEnd is how long the waiting notifications may take when the device stops.
	forwardEnd = 5 * time.Second
)

// A receiver gets the notifications of a device after the device has acknowledged them: a
// program, or an iOS Simulator.
type receiver interface {
	// name is what reports call the receiver.
	name() string
	// take gives the receiver one notification and waits until it is done. A receiver that
	// runs when ctx ends is stopped.
	take(ctx context.Context, n received) forwardResult
}

// A received is a notification with the device that it came to.
type received struct {
	device.Notification
	deviceID apns.DeviceID
}

// A forwardOutcome is what became of a notification at a receiver.
type forwardOutcome string

const (
	forwardDone    forwardOutcome = "done"
	forwardFailed  forwardOutcome = "failed"  // the receiver failed, or took too long
	forwardSkipped forwardOutcome = "skipped" // the receiver cannot take such a notification
	forwardDropped forwardOutcome = "dropped" // it was not given to the receiver
)

// A forwardResult is what became of one notification, or of several that were dropped.
type forwardResult struct {
	to      string   // the receiver
	n       received // zero for several
	outcome forwardOutcome
	took    time.Duration
	output  string // of the receiver, shortened
	err     error  // nil if it is done
}

// A forwarder gives notifications to one receiver, one at a time and in order.
type forwarder struct {
	receiver receiver
	report   func(forwardResult)
	queue    chan received
	dropped  int // since the queue was full; guarded by the lock of the device's events
}

// add queues a notification. If the queue is full, or was until now, it says so.
func (f *forwarder) add(n received) (note *forwardResult) {
	select {
	case f.queue <- n:
		if f.dropped > 0 {
			note = f.drop("the queue was full")
		}
		return note
	default:
		if f.dropped++; f.dropped > 1 {
			return nil
		}
		return &forwardResult{
			to: f.receiver.name(), n: n, outcome: forwardDropped,
			err: fmt.Errorf("%d notifications wait already; notifications are dropped until there is room", forwardQueue),
		}
	}
}

// drop reports how many notifications were dropped.
func (f *forwarder) drop(cause string) *forwardResult {
	n := f.dropped
	f.dropped = 0
	return &forwardResult{to: f.receiver.name(), outcome: forwardDropped, err: fmt.Errorf("%d notifications were dropped: %s", n, cause)}
}

// run forwards until the queue is closed. What is left when ctx ends is dropped.
func (f *forwarder) run(ctx context.Context) {
	left := 0
	for n := range f.queue {
		if ctx.Err() != nil {
			left++
			continue
		}
		f.report(f.receiver.take(ctx, n))
	}
	if left > 0 {
		f.report(forwardResult{
			to: f.receiver.name(), outcome: forwardDropped,
			err: fmt.Errorf("%d notifications were dropped: the device stopped before their turn", left),
		})
	}
}

// A forwarding is the forwarders of one device.
type forwarding struct {
	all     []*forwarder
	running sync.WaitGroup
	cancel  context.CancelFunc
}

// start starts a forwarder for each receiver. They stop at once when ctx ends, and otherwise
// with [forwarding.end].
func (f *forwarding) start(ctx context.Context, receivers []receiver, report func(forwardResult)) {
	ctx, f.cancel = context.WithCancel(ctx)
	for _, r := range receivers {
		one := &forwarder{receiver: r, report: report, queue: make(chan received, forwardQueue)}
		f.all = append(f.all, one)
		f.running.Go(func() { one.run(ctx) })
	}
}

// add queues a notification for each receiver, and returns what is to be reported.
func (f *forwarding) add(n received) (notes []forwardResult) {
	for _, one := range f.all {
		if note := one.add(n); note != nil {
			notes = append(notes, *note)
		}
	}
	return notes
}

// end waits until what was added is forwarded, for forwardEnd at most. Nothing may be added
// any more.
func (f *forwarding) end() {
	for _, one := range f.all {
		if one.dropped > 0 {
			one.report(*one.drop("the queue was full"))
		}
		close(one.queue)
	}
	over := time.AfterFunc(forwardEnd, f.cancel)
	f.running.Wait()
	over.Stop()
	f.cancel()
}
