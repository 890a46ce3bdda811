package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// noteNotEnabledLocked notes when a push began to wait for a topic that is in no list of the
// device's filter. The note outlasts the connection.
func (q *queue) noteNotEnabledLocked(topic apns.TopicHash, now time.Time) {
	limit := q.b.storage.EnableTimeout
	if _, known := q.notEnabled[topic]; known || limit <= 0 {
		return
	}
	if q.notEnabled == nil {
		q.notEnabled = make(map[apns.TopicHash]int64)
	}
	q.notEnabled[topic] = now.UnixNano()
	q.noteDue(now.Add(limit).UnixNano())
}

// removeListedLocked deletes the notes about topics that are in a list of a new filter. A topic listed by a
// salted hash is recognized only through a held push.
func (q *queue) removeListedLocked() {
	if len(q.notEnabled) == 0 {
		return
	}
	for topic := range q.notEnabled {
		if q.consumer.filter[topic] != ruleNotEnabled {
			delete(q.notEnabled, topic)
		}
	}
	for _, e := range q.held {
		if q.consumer.ruleLocked(e) != ruleNotEnabled {
			delete(q.notEnabled, e.push.Hash)
		}
	}
}

// sweepNotEnabledLocked drops the pushes that have waited too long for their topic to be
// enabled, and appends the newest push of each such topic to removed.
func (q *queue) sweepNotEnabledLocked(now time.Time, removed []*Push) []*Push {
	for topic, since := range q.notEnabled {
		due := since + int64(q.b.storage.EnableTimeout)
		if due > now.UnixNano() {
			q.noteDue(due)
			continue
		}
		delete(q.notEnabled, topic)
		var newest *Push
		q.dropHeldLocked(DropNeverEnabled, now, func(e *entry) bool {
			if e.push.Hash != topic || e.message != nil {
				return false
			}
			newest = e.push
			return true
		})
		if newest != nil {
			removed = append(removed, newest)
		}
	}
	return removed
}
