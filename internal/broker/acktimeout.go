package broker

import "time"

// DefaultAckTimeout is the time a device has to acknowledge a push, unless the command
// line says otherwise. Apple publishes no figure.
const DefaultAckTimeout = 5 * time.Minute

// expectLocked starts the acknowledgement timeout of the oldest delivery, by the
// machine's time, which is given.
func (c *Consumer) expectLocked(machine time.Time) {
	c.ackBy = 0
	if timeout := c.q.b.ackTimeout; timeout > 0 && c.flight.count > 0 {
		c.ackBy = machine.Add(timeout).UnixNano()
		c.q.noteDue(c.ackBy + int64(c.q.clock.Offset()))
	}
}

// sweepOverdueLocked ends a connection whose acknowledgement timeout has passed.
func (q *queue) sweepOverdueLocked() {
	c := q.consumer
	switch {
	case c == nil || c.ackBy == 0:
	case c.ackBy > time.Now().UnixNano():
		q.noteDue(c.ackBy + int64(q.clock.Offset()))
	default:
		c.ackBy = 0
		c.connection.Overdue()
	}
}
