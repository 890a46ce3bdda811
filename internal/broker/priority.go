package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// Priorities is the rule by which the priority of a push and the state of its device
// decide when it is delivered. A device is in use until it reports otherwise; meanwhile
// every push is delivered at once.
type Priorities struct {
	// Ignore delivers at once whatever the priority.
	Ignore bool
	// Group is how long pushes of priority 5 wait for a device that is not in
	// use, so that they are delivered together, which Apple allows without a figure; 0
	// means not at all.
	//
	// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
	Group time.Duration
}

// deferLocked returns why a push that the filter lets through is held; "" if it is
// delivered now. woken says that other traffic wakes the device now.
//
// "Specify 1 to prioritize the device's power considerations over all other
// factors for delivery, and prevent awakening the device." A push to a non-waking topic
// does not wake the device anyway, so its priority does not matter.
//
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (q *queue) deferLocked(p *Push, rule placementRule, woken bool) Cause {
	active := q.consumer.activeLocked()
	if active && !q.lowPower {
		return ""
	}
	regard, priority := !q.b.priorities.Ignore, p.Priority
	if priority == 0 {
		priority = apns.PriorityImmediate
	}
	switch {
	case q.lowPower && regard && priority < apns.PriorityImmediate:
		return LowPower
	case active || rule == ruleNonWaking:
		return ""
	case rule == ruleOpportunistic && !woken:
		return Inactive
	case regard && priority == apns.PriorityNeverWake:
		return Inactive
	case regard && priority == apns.PriorityConserve && q.b.priorities.Group > 0 && !woken:
		return Grouped
	}
	return ""
}

// releaseWithLocked releases the pushes that wait for other traffic, if e is such
// traffic: it has just become ready, and wakes the device unless its topic does not.
func (q *queue) releaseWithLocked(e *entry, now time.Time) {
	c := q.consumer
	if len(q.held) == 0 && c.groupUntil == 0 || c.activeLocked() || c.ruleLocked(e) == ruleNonWaking {
		return
	}
	q.releaseLocked(now, true) // with nothing held, this resets the time of the group
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
			if _, cause := q.placeLocked(e, now, false); cause == Grouped {
				q.releaseLocked(now, true)
				return
			}
		}
	}
}
