package broker

import (
	"cmp"
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
func (q *queue) deferLocked(p *Push, rule topicRule, woken bool) Cause {
	priority := cmp.Or(p.Priority, apns.PriorityImmediate)
	if q.b.priorities.Ignore {
		priority = apns.PriorityImmediate
	}
	switch {
	case q.waitsForPowerLocked(priority):
		return LowPower
	case q.consumer.activeLocked() || rule == ruleNonWaking:
		return ""
	case rule == ruleOpportunistic && !woken, priority == apns.PriorityNeverWake:
		return Inactive
	case q.groupsLocked(priority) && !woken:
		return Grouped
	}
	return ""
}

// releaseWithLocked releases the pushes that wait until the device wakes, because e, which
// has just become ready, wakes it. A push to a non-waking topic wakes no device.
func (q *queue) releaseWithLocked(e *entry, now time.Time) {
	c := q.consumer
	if len(q.held) == 0 && c.groupUntil == 0 || c.activeLocked() || c.ruleLocked(e) == ruleNonWaking {
		return
	}
	q.releaseLocked(now, true) // with nothing held, this resets the time of the group
}
