package broker

import "time"

// expectLocked starts the acknowledgement timeout of the oldest delivery, by the
// machine's time, which is given.
func (r *Route) expectLocked(machine time.Time) {
	r.ackBy = 0
	if timeout := r.q.b.ackTimeout; timeout > 0 && r.flight.count > 0 {
		r.ackBy = machine.Add(timeout).UnixNano()
		r.q.noteDue(r.ackBy + int64(r.q.clock.Offset()))
	}
}

// sweepOverdueLocked ends a connection whose acknowledgement timeout has passed.
func (q *queue) sweepOverdueLocked() {
	r := q.route
	switch {
	case r == nil || r.ackBy == 0:
	case r.ackBy > time.Now().UnixNano():
		q.noteDue(r.ackBy + int64(q.clock.Offset()))
	default:
		r.ackBy = 0
		r.peer.Overdue()
	}
}
