package broker

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Storage is how much waits for a device. Its zero value is what Apple
// documents.
type Storage struct {
	// PerApp is how many pushes are kept per topic and device; a newer one
	// replaces the oldest. 0 means 1: "APNs stores only one notification per
	// bundle ID" ("Sending notification requests to APNs").
	PerApp int
	// CollapseSideBySide keeps pushes with different apns-collapse-ids beside
	// each other, PerApp of each (Apple's release note of June 2024, which the
	// pages do not repeat).
	CollapseSideBySide bool
	// NeverEnabled is how long something may wait for a topic that no list of the
	// device's filter has, before the app counts as removed; 0 means for ever.
	NeverEnabled time.Duration
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

// holdLocked keeps e until the device can take it, or drops it if it must not
// wait.
func (q *queue) holdLocked(e *entry, why Cause, now time.Time) {
	switch {
	case e.token == tokenRetired:
		q.dropLocked(e, DropUnregistered, now)
		return
	case e.message != nil && q.route == nil: // the channel keeps it, and the device says what it has seen
		q.dropLocked(e, why, now)
		return
	case !e.storable: // "If the value is 0, APNs attempts to deliver the notification only once."
		q.dropLocked(e, why, now)
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
	q.b.record(journal.Stored, e.push, why, now)
	q.waitLocked(e, why, now)
	q.trimLocked(e, now)
}

// waitLocked sees to it that e, which is held, does not wait longer than the rule
// that holds it demands.
func (q *queue) waitLocked(e *entry, why Cause, now time.Time) {
	switch why {
	case Grouped:
		q.groupLocked(now)
	case NotEnabled:
		q.noteUnlistedLocked(e.push.Hash, now)
	}
}

// trimLocked drops what the storage rule leaves no room for now that e is
// held: always the oldest, which may be e itself.
func (q *queue) trimLocked(e *entry, now time.Time) {
	if e.message != nil {
		// "message-storage-policy" 1 keeps the most recent message of a channel:
		// "Sending channel management requests to APNs".
		q.keepNewestLocked(1, now, func(h *entry) bool { return h.message != nil && h.message.channel == e.message.channel })
	} else {
		q.trimAppLocked(e, now)
	}
	q.keepNewestLocked(q.b.storage.MaxPerDevice, now, func(*entry) bool { return true })
}

// trimAppLocked is trimLocked for a push to the device alone. Messages of channels
// do not count.
func (q *queue) trimAppLocked(e *entry, now time.Time) {
	ofApp := func(h *entry) bool { return h.push.Hash == e.push.Hash && h.message == nil }
	if q.b.hourly.kindOf(e.push) == backgroundBudget {
		// Only the newest silent push waits, whatever the rule below allows.
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
