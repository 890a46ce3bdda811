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

// againBecause returns why e, which is about to be sent, may have been sent before: Unacknowledged
// if a connection ended before the acknowledgement, Restarted if an earlier broker may have sent
// it. It returns "" for a push that is sent for the first time.
func (b *Broker) againBecause(e *entry) Cause {
	switch {
	case e.attempts == 0:
		return ""
	case e.attempts == 1 && e.seq <= b.restored:
		return Restarted
	}
	return Unacknowledged
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
