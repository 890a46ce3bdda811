package broker

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// trimLocked applies the storage rule after e was added to the held pushes: it drops the
// oldest ones above the limits, which may include e.
func (q *queue) trimLocked(e *entry, now time.Time) {
	if e.message != nil {
		// "message-storage-policy" 1 keeps the most recent message of a channel.
		// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
		q.keepNewestLocked(1, now, func(h *entry) bool { return h.message != nil && h.message.channel == e.message.channel })
	} else {
		q.trimAppLocked(e, now)
	}
	q.keepNewestLocked(q.b.storage.MaxPerDevice, now, func(*entry) bool { return true })
}

// trimAppLocked is trimLocked for a push to the device alone. Messages of channels
// do not count. "APNs stores only one notification per bundle ID"; a newer push also
// replaces a stored one with the same apns-collapse-id.
//
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (q *queue) trimAppLocked(e *entry, now time.Time) {
	ofApp := func(h *entry) bool { return h.push.Hash == e.push.Hash && h.message == nil }
	if q.b.hourly.kindOf(e.push) == backgroundBudget {
		// Only the newest background push waits, whatever the rule below allows.
		// https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app
		q.keepNewestLocked(1, now, func(h *entry) bool {
			return ofApp(h) && h.push.PushType == apns.Background
		})
	}
	if e.push.CollapseID != "" {
		q.keepNewestLocked(1, now, func(h *entry) bool {
			return ofApp(h) && h.push.CollapseID == e.push.CollapseID
		})
	}
	q.keepNewestLocked(q.b.storage.PerApp, now, func(h *entry) bool {
		return ofApp(h) && (!q.b.storage.CollapseSideBySide || h.push.CollapseID == e.push.CollapseID)
	})
}

// keepNewestLocked drops the oldest of the held pushes that match until at
// most keep of them are left.
func (q *queue) keepNewestLocked(keep int, now time.Time, match func(*entry) bool) {
	count := 0
	for _, h := range q.held {
		if match(h) {
			count++
		}
	}
	if count <= keep {
		return
	}
	q.held = slices.DeleteFunc(q.held, func(h *entry) bool {
		if count <= keep || !match(h) {
			return false
		}
		count--
		q.dropLocked(h, DropReplaced, now)
		return true
	})
}
