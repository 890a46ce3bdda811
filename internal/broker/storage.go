package broker

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Storage is the rule of how many pushes are stored for a device. Its zero value is the
// rule that Apple documents.
type Storage struct {
	// PerApp is how many pushes are stored per topic and device; a newer one
	// replaces the oldest. 0 means 1: "APNs stores only one notification per bundle
	// ID."
	//
	// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
	PerApp int
	// CollapseSideBySide stores PerApp pushes of each apns-collapse-id, as Apple's
	// release note of June 2024 says; the page on requests does not repeat it.
	//
	// https://developer.apple.com/documentation/updates/usernotifications
	CollapseSideBySide bool
	// EnableTimeout is how long a push may wait while its topic is in no list of the
	// device's filter, before the app counts as removed; 0 means forever.
	EnableTimeout time.Duration
	// MaxPerDevice bounds the pushes kept for one device, whatever the rules
	// above allow; 0 means 1,000.
	MaxPerDevice int
}

func (s Storage) withDefaults() Storage {
	if s.PerApp <= 0 {
		s.PerApp = 1
	}
	if s.MaxPerDevice <= 0 {
		s.MaxPerDevice = 1000
	}
	return s
}

// holdLocked holds e until the device can take it, or drops it if it must not be stored.
func (q *queue) holdLocked(e *entry, cause Cause, now time.Time) {
	switch {
	case e.token == tokenRetired:
		q.dropLocked(e, DropUnregistered, now)
		return
	case e.message != nil && q.consumer == nil: // the channel stores it, and the device will send its checkpoint
		q.dropLocked(e, cause, now)
		return
	case !e.storable: // "If the value is 0, APNs attempts to deliver the notification only once."
		// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
		q.dropLocked(e, cause, now)
		return
	case e.deadline <= now.UnixNano():
		q.dropLocked(e, DropExpired, now)
		return
	}
	e.flags = 0
	i, _ := slices.BinarySearchFunc(q.held, e.seq, func(h *entry, seq uint64) int {
		return compareSeq(h.seq, seq)
	})
	q.held = slices.Insert(q.held, i, e)
	q.noteDue(e.deadline)
	q.b.record(journal.Stored, e.push, cause, now)
	q.waitLocked(e, cause, now)
	q.trimLocked(e, now)
}

// waitLocked notes when the rule for which e is held has to be applied again.
func (q *queue) waitLocked(e *entry, cause Cause, now time.Time) {
	switch cause {
	case Grouped:
		q.groupLocked(now)
	case NotEnabled:
		q.noteNotEnabledLocked(e.push.Hash, now)
	}
}

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
	q.collapseLocked(e, ofApp, now)
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
		q.replaceLocked(h, now)
		return true
	})
}
