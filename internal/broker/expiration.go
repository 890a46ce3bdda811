package broker

import (
	"math"
	"slices"
	"time"
)

// sweepExpiredLocked drops the held pushes that have expired. A push expires at its
// apns-expiration, after [apns.MaxRetention] at the latest.
//
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
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

// expiry returns the deadline as it is sent to the device: seconds since 1970, 0 for a
// push that is never stored.
func (e *entry) expiry() uint32 {
	if !e.lasting {
		return 0
	}
	return uint32(min(e.deadline/1e9, math.MaxUint32))
}
