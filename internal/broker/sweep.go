package broker

import (
	"math"
	"sync/atomic"
	"time"
)

// noteDue notes that the queue has to be swept at a moment of its clock, in
// nanoseconds since 1970. It keeps the machine's time, since the clocks of spaces
// differ.
func (q *queue) noteDue(at int64) {
	at -= int64(q.clock.Offset())
	lower(&q.b.shardOf(q.to).due, at)
	if lower(&q.b.due, at) {
		select {
		case q.b.sooner <- struct{}{}:
		default:
		}
	}
}

// lower sets v to at if that is less, and reports whether it was.
func lower(v *atomic.Int64, at int64) bool {
	for {
		old := v.Load()
		if at >= old {
			return false
		}
		if v.CompareAndSwap(old, at) {
			return true
		}
	}
}

// NextDue returns the moment at which [Broker.Sweep] may have something to do, or
// the zero time if nothing is due: in the time of the default space, if no clock is moved
// meanwhile.
func (b *Broker) NextDue() time.Time {
	due := b.due.Load()
	if due == math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, due).Add(b.clock.Offset())
}

// Sooner receives when [Broker.NextDue] has become earlier. One goroutine may wait for
// it.
func (b *Broker) Sooner() <-chan struct{} { return b.sooner }

// Sweep applies the rules that depend on time: it drops held pushes that have expired or
// whose topic was never enabled, releases grouped pushes and those held by an hourly
// budget, ends
// connections that do not acknowledge, and removes empty queues. It is cheap while nothing
// is due, so it may be called often.
func (b *Broker) Sweep() {
	now := time.Now().UnixNano()
	moves := b.clock.Moves()
	moved := b.moves.Swap(moves) != moves // by the moved clock, anything may be due
	if !moved && now < b.due.Load() {
		return
	}
	b.due.Store(math.MaxInt64)
	for i := range b.shards {
		s := &b.shards[i]
		if due := s.due.Load(); !moved && now < due {
			lower(&b.due, due)
			continue
		}
		for _, p := range s.sweep() {
			if b.appRemoved != nil {
				b.appRemoved(p)
			}
		}
	}
}

// sweep does what is due in one shard. It returns a push of each app that counts as
// removed from now on.
func (s *shard) sweep() (removed []*Push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.due.Store(math.MaxInt64)
	for to, q := range s.queues {
		q.mu.Lock()
		now := q.clock.Now()
		q.sweepExpiredLocked(now)
		removed = q.sweepNotEnabledLocked(now, removed)
		q.sweepHoursLocked(now)
		q.sweepGroupLocked(now)
		q.sweepOverdueLocked()
		if q.idleLocked() {
			delete(s.queues, to)
		}
		q.mu.Unlock()
	}
	return removed
}
