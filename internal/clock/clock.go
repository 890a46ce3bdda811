// Package clock is the one source of semantic time: the age of provider
// tokens, the expiry of stored notifications, the moment a token was retired.
//
// It knows what time it is for APNs, which is the machine's time plus an
// offset that can be moved. Time on the wire (deadlines, keepalives, idle
// connections) is not its business: that is package time's. It runs no timers:
// whoever waits for a semantic moment waits in real time and looks again when
// [Clock.Changed] says that the clock was moved.
package clock

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Clock tells semantic time. Its zero value and a nil *Clock tell the
// machine's. All methods may be called from any goroutine.
type Clock struct {
	offset atomic.Int64  // nanoseconds ahead of the machine
	moves  atomic.Uint64 // of this clock and those beside it
	main   *Clock        // the one this stands beside; nil for none. Read-only

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the clock is moved
}

// Now returns the semantic time.
func (c *Clock) Now() time.Time { return c.At(time.Now()) }

// At returns the semantic time at one of the machine's.
func (c *Clock) At(machine time.Time) time.Time {
	if c == nil {
		return machine
	}
	if offset := c.offset.Load(); offset != 0 {
		return machine.Add(time.Duration(offset))
	}
	return machine
}

// Offset returns how far the clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.offset.Load())
}

// Beside returns a clock that shows the same time and is moved by itself. Its
// moves are told by this one too, which is enough to watch.
func (c *Clock) Beside() *Clock {
	beside := &Clock{main: c}
	beside.offset.Store(int64(c.Offset()))
	return beside
}

// Advance moves the clock forward by d, or back if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.offset.Add(int64(d))
	c.tell()
}

// Set moves the clock to a time.
func (c *Clock) Set(t time.Time) {
	c.offset.Store(int64(time.Until(t)))
	c.tell()
}

// Moves counts the moves of the clock and of those beside it.
func (c *Clock) Moves() uint64 {
	if c == nil {
		return 0
	}
	return c.moves.Load()
}

// tell wakes whoever waits for a move.
func (c *Clock) tell() {
	c.moves.Add(1)
	c.mu.Lock()
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
	c.mu.Unlock()
	if c.main != nil {
		c.main.tell()
	}
}

// Changed returns a channel that is closed when the clock, or one beside it, is
// next moved.
func (c *Clock) Changed() <-chan struct{} {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}
