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
	offset atomic.Int64 // nanoseconds ahead of the machine

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the clock is moved
}

// Now returns the semantic time.
func (c *Clock) Now() time.Time {
	now := time.Now()
	if c == nil {
		return now
	}
	if offset := c.offset.Load(); offset != 0 {
		return now.Add(time.Duration(offset))
	}
	return now
}

// Offset returns how far the clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.offset.Load())
}

// Advance moves the clock forward by d, or back if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset.Add(int64(d))
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// Changed returns a channel that is closed when the clock is next moved.
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
