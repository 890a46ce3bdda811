package broker

import "time"

// Lose drops the delivery with an id, which is lost on its way by a fault: the
// device does not see it, and it is not sent again.
func (r *Route) Lose(id uint32) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	machine := time.Now()
	if e := r.landLocked(id, machine); e != nil {
		r.q.dropLocked(e, DropFault, r.q.clock.At(machine))
		r.proceedLocked()
	}
}

// Flies reports whether the delivery with an id is on its way: it was not settled,
// and not forgotten.
func (r *Route) Flies(id uint32) bool {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	return !r.gone && r.flight.has(id-1)
}
