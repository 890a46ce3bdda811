package broker

import (
	"slices"
	"time"
)

// sweepExpiredLocked drops the held pushes that have expired.
func (q *queue) sweepExpiredLocked(now time.Time) {
	q.held = slices.DeleteFunc(q.held, func(e *entry) bool {
		if e.deadline > now.UnixNano() {
			q.noteDue(e.deadline)
			return false
		}
		q.dropLocked(e, DropExpired, now)
		return true
	})
}
