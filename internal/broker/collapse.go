package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

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
