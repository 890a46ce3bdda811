package groupcommit

import "time"

// recent remembers when the pushes of the last groups were put, so that an
// acknowledgement that comes after its group counts in the estimate of latency.
type recent struct {
	groups [64]recentGroup
	next   int
}

type recentGroup struct {
	base uint64 // position of the first push
	at   time.Time
}

// note adds a group: the position of its first push in the queue, and when that
// was put.
func (r *recent) note(base uint64, at time.Time) {
	r.groups[r.next] = recentGroup{base, at}
	r.next = (r.next + 1) % len(r.groups)
}

// at returns about when the push at a position was put; the zero time, which is long ago,
// if that is forgotten.
func (r *recent) at(position uint64) (at time.Time) {
	for i := range r.groups {
		g := &r.groups[(r.next-1-i+2*len(r.groups))%len(r.groups)]
		if g.base <= position {
			return g.at
		}
	}
	return time.Time{}
}
