package broker

import "time"

// detachLocked removes the consumer and holds its pushes that were not acknowledged.
func (q *queue) detachLocked(now time.Time) {
	c := q.consumer
	q.consumer = nil
	c.detached = true
	for _, e := range c.flight.drain() {
		if e.token == tokenAsked {
			e.token = tokenSame // the next delivery asks the device again
		}
		q.holdLocked(e, Unacknowledged, now)
	}
	for _, e := range q.ready.drain() {
		q.holdLocked(e, Offline, now)
	}
	q.dropHeldLocked(Offline, now, func(e *entry) bool { return e.message != nil })
}

// Detach ends the consumer: pushes in flight are held for the next one.
func (c *Consumer) Detach() {
	c.q.mu.Lock()
	if !c.detached {
		c.q.detachLocked(c.q.clock.Now())
	}
	idle := c.q.idleLocked()
	c.q.mu.Unlock()
	c.leave()
	if idle {
		c.q.b.removeIdle(c.q.to)
	}
}
