package broker

import "github.com/apns-sim/apns-sim/apns"

const (
	// DefaultBacklog is how many pushes may wait for a device that is
	// connected. Apple publishes no figure.
	DefaultBacklog = 65536
	// maxBacklogBytes is the limit of their payloads together. What the device has
	// not acknowledged is additional, up to one window.
	maxBacklogBytes = 16 << 20
)

// fullLocked reports whether the backlog of a connected device has reached its limit.
func (q *queue) fullLocked() bool {
	return q.ready.len() >= q.b.backlog || q.ready.bytes >= maxBacklogBytes
}

// tooManyRequests rejects a push to a device that has too many waiting.
// "You sent too many consecutive requests to the same device token." Apple publishes
// no figure.
//
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func tooManyRequests() error {
	return apns.Reject(apns.TooManyRequests, "the device has too many pushes waiting to be acknowledged")
}
