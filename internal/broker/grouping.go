package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// groupsLocked reports whether pushes of a priority are grouped while the device is not in
// use.
//
// "Specify 5 to send the notification based on power considerations on the user's device."
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (q *queue) groupsLocked(priority apns.Priority) bool {
	return priority == apns.PriorityConserve && q.b.priorities.Group > 0
}

// groupLocked sets the time at which grouped pushes are delivered, if none is set.
func (q *queue) groupLocked(now time.Time) {
	if q.consumer.groupUntil == 0 {
		q.consumer.groupUntil = now.Add(q.b.priorities.Group).UnixNano()
		q.noteDue(q.consumer.groupUntil)
	}
}

// sweepGroupLocked delivers the grouped pushes when their time has come.
func (q *queue) sweepGroupLocked(now time.Time) {
	c := q.consumer
	switch {
	case c == nil || c.groupUntil == 0:
	case c.groupUntil > now.UnixNano():
		q.noteDue(c.groupUntil)
	default:
		c.groupUntil = 0
		for _, e := range q.held {
			if _, cause := q.decideLocked(e, now, false); cause == Grouped {
				q.releaseLocked(now, true)
				return
			}
		}
	}
}
