package broker

import (
	"math"
	"slices"
	"time"
)

// noteDeadline remembers that a push held from now on expires at deadline.
func (b *Broker) noteDeadline(deadline int64) {
	for {
		earliest := b.earliest.Load()
		if deadline >= earliest || b.earliest.CompareAndSwap(earliest, deadline) {
			return
		}
	}
}

// NextExpiry returns the moment at which [Broker.Sweep] may have something to
// do, or the zero time if nothing waits.
func (b *Broker) NextExpiry() time.Time {
	earliest := b.earliest.Load()
	if earliest == math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, earliest)
}

// Sweep drops the held pushes that have expired, and forgets the queues of
// devices that are away and have nothing waiting. It is cheap while nothing is
// due, so it may be called often.
func (b *Broker) Sweep() {
	now := b.clock.Now()
	if now.UnixNano() < b.earliest.Load() {
		return
	}
	b.earliest.Store(math.MaxInt64)
	for i := range b.shards {
		b.shards[i].sweep(now)
	}
}

func (s *shard) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for to, q := range s.queues {
		q.mu.Lock()
		q.held = slices.DeleteFunc(q.held, func(e *entry) bool {
			if e.deadline > now.UnixNano() {
				q.b.noteDeadline(e.deadline)
				return false
			}
			q.dropLocked(e, DropExpired, now)
			return true
		})
		if q.idleLocked() {
			delete(s.queues, to)
		}
		q.mu.Unlock()
	}
}
