package store

import (
	"sync"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
)

// A Pending counts the records of one caller, such as a provider's connection, that are
// not durable yet. The store calls Add, Done and Fail, which do nothing on a nil
// Pending; the caller calls Open and Wait. Its zero value has nothing to wait for.
type Pending struct {
	open  atomic.Int64
	none  chan struct{} // capacity 1: open became 0; made by the first Add
	flush func()        // owned by the caller; tells the store to write the records

	failures atomic.Int64 // length of failed
	mu       sync.Mutex   // nothing is locked under it: docs/lock-order.md
	failed   []Failure
}

// A Failure is a push that is not accepted after all.
type Failure struct {
	Push *apns.Notification
	// Rejection is why; nil says that the record cannot be written.
	Rejection *apns.Rejection
}

// NewPending returns a Pending with nothing to wait for.
func NewPending() *Pending { return new(Pending) }

// Add counts a record that is not durable yet. flush is called when the caller waits, by the
// goroutine that waits: the store then writes the records as soon as it can.
func (p *Pending) Add(flush func()) {
	if p == nil {
		return
	}
	if p.none == nil {
		p.none = make(chan struct{}, 1)
	}
	p.flush = flush
	p.open.Add(1)
}

// Done says that a record is durable, or does not have to be any more.
func (p *Pending) Done() {
	if p != nil && p.open.Add(-1) == 0 {
		select {
		case p.none <- struct{}{}:
		default: // a signal that nobody has taken says the same
		}
	}
}

// Fail says that a push is not accepted after all. The rejection is nil if its record cannot
// be written.
func (p *Pending) Fail(push *apns.Notification, rejection *apns.Rejection) {
	if p != nil {
		p.mu.Lock()
		p.failed = append(p.failed, Failure{push, rejection})
		p.failures.Add(1)
		p.mu.Unlock()
		p.Done()
	}
}

// Open reports whether a record is not durable yet, or has failed since the last Wait.
func (p *Pending) Open() bool {
	return p != nil && (p.open.Load() > 0 || p.failures.Load() > 0)
}

// Wait returns when all records are durable or have failed: those that have. Only one
// goroutine may call it, the one that puts.
func (p *Pending) Wait() (failed []Failure) {
	if p.open.Load() > 0 {
		p.flush()
	}
	for p.open.Load() > 0 {
		<-p.none
	}
	if p.failures.Load() == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	failed, p.failed = p.failed, nil
	p.failures.Store(0)
	return failed
}
