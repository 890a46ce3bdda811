package broker

import "time"

// oldest is the id of the delivery that has been on its way for longest.
func (f *flight) oldest() uint32 { return f.first + uint32(f.head) }

// expectLocked begins the wait for the acknowledgement of the oldest delivery.
// The network has no other time than the machine's, which is given.
func (r *Route) expectLocked(machine time.Time) {
	r.ackBy = 0
	if timeout := r.q.b.ackTimeout; timeout > 0 && r.flight.count > 0 {
		r.ackBy = machine.Add(timeout).UnixNano()
		r.q.noteDue(r.ackBy + int64(r.q.clock.Offset()))
	}
}

// sweepOverdueLocked gives up a connection that owes an acknowledgement.
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
