package broker

import "time"

// collapseLocked drops the older held pushes of e's app with e's collapse ID.
// "apns-collapse-id: An identifier you use to merge multiple notifications into a single
// notification for the user."
//
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (q *queue) collapseLocked(e *entry, ofApp func(*entry) bool, now time.Time) {
	if e.push.CollapseID == "" {
		return
	}
	q.keepNewestLocked(1, now, func(h *entry) bool {
		return ofApp(h) && h.push.CollapseID == e.push.CollapseID
	})
}
