// Package clock has the clocks of the simulator and its spaces. By them it decides the age
// of provider tokens, the expiration of stored notifications and the time at which a token
// was retired.
//
// A clock shows the machine's time plus an offset, which tests can move. Deadlines,
// keepalives and idle connections use package time instead. A clock has no timers: to wait
// for one of its times, wait in real time and check again when [Clock.Changed] is closed.
package clock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A Clock shows the machine's time plus an offset. The offset of its zero value and of a nil
// *Clock is 0. All methods may be called from any goroutine.
type Clock struct {
	offset atomic.Int64  // nanoseconds ahead of the machine
	moves  atomic.Uint64 // of this clock and those made by Beside
	main   *Clock        // the clock whose Beside made this one; nil for none. Read-only

	moving sync.Mutex          // held while the clock is moved and onMove is called, with nothing else: docs/lock-order.md
	onMove func(time.Duration) // see OnMove; guarded by moving

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the clock is moved
}

// Now returns the time of the clock.
func (c *Clock) Now() time.Time { return c.At(time.Now()) }

// At returns the time of the clock at a time of the machine.
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

// Beside returns a clock that shows the same time and is moved separately. Its moves are
// also reported by this clock, so that watching this one is enough.
func (c *Clock) Beside() *Clock {
	beside := &Clock{main: c}
	beside.offset.Store(int64(c.Offset()))
	return beside
}

// The range of a clock. Beyond it, a time does not fit into nanoseconds since 1970, as
// the courier protocol has it and records keep it.
var (
	First = time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC)
	Last  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

// ErrRange says that a clock cannot show a time.
var ErrRange = errors.New("out of range")

// Advance moves the clock forward by d, or back if d is negative. It panics if the clock
// would leave its range; see [Clock.Move].
func (c *Clock) Advance(d time.Duration) {
	c.must(func(now time.Time) time.Time { return now.Add(d) })
}

// Set moves the clock to a time. It panics if that is out of range; see [Clock.Move].
func (c *Clock) Set(t time.Time) {
	c.must(func(time.Time) time.Time { return t })
}

func (c *Clock) must(to func(time.Time) time.Time) {
	if err := c.Move(to); err != nil {
		panic(err)
	}
}

// Move moves the clock to the time that a function makes of the current one. It fails with [ErrRange], and the
// clock stays, if that is not between [First] and [Last].
func (c *Clock) Move(to func(now time.Time) time.Time) error {
	if err := c.move(to); err != nil {
		return err
	}
	c.tell()
	return nil
}

func (c *Clock) move(to func(time.Time) time.Time) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	machine := time.Now()
	t := to(c.At(machine))
	if t.Before(First) || t.After(Last) {
		return fmt.Errorf("%w: %s; choose a time from %s to %s", ErrRange,
			t.UTC().Format(time.RFC3339), First.Format(time.RFC3339), Last.Format(time.RFC3339))
	}
	offset := t.Sub(machine)
	if c.onMove != nil {
		c.onMove(offset)
	}
	c.offset.Store(int64(offset))
	return nil
}

// OnMove has f called with the offset of each move before it takes effect. f must not use the
// clock.
func (c *Clock) OnMove(f func(offset time.Duration)) {
	c.moving.Lock()
	defer c.moving.Unlock()
	c.onMove = f
}

// Restore sets the offset of an earlier clock, before anybody uses this one. It fails with [ErrRange] as
// [Clock.Move] does.
func (c *Clock) Restore(offset time.Duration) error {
	return c.Move(func(now time.Time) time.Time { return now.Add(offset - c.Offset()) })
}

// Moves returns the number of moves of the clock and of those made by [Clock.Beside].
func (c *Clock) Moves() uint64 {
	if c == nil {
		return 0
	}
	return c.moves.Load()
}

// tell reports a move.
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

// Changed returns a channel that is closed when the clock, or one made by
// [Clock.Beside], is next moved.
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
