package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// noteUnlistedLocked notes since when a push waits for a topic that is in no list of the
// device's filter. The note outlasts the connection.
func (q *queue) noteUnlistedLocked(topic apns.TopicHash, now time.Time) {
	limit := q.b.storage.NeverEnabled
	if _, known := q.unlisted[topic]; known || limit <= 0 {
		return
	}
	if q.unlisted == nil {
		q.unlisted = make(map[apns.TopicHash]int64)
	}
	q.unlisted[topic] = now.UnixNano()
	q.noteDue(now.Add(limit).UnixNano())
}

// listedLocked deletes the notes about topics that a new filter lists. A topic listed by a
// salted hash is recognized only through a held push.
func (q *queue) listedLocked() {
	if len(q.unlisted) == 0 {
		return
	}
	for topic := range q.unlisted {
		if q.consumer.filter[topic] != ruleUnlisted {
			delete(q.unlisted, topic)
		}
	}
	for _, e := range q.held {
		if q.consumer.ruleLocked(e) != ruleUnlisted {
			delete(q.unlisted, e.push.Hash)
		}
	}
}

// sweepUnlistedLocked drops the pushes that have waited too long for their topic to be
// enabled, and appends the newest push of each such topic to removed.
func (q *queue) sweepUnlistedLocked(now time.Time, removed []*Push) []*Push {
	for topic, since := range q.unlisted {
		due := since + int64(q.b.storage.NeverEnabled)
		if due > now.UnixNano() {
			q.noteDue(due)
			continue
		}
		delete(q.unlisted, topic)
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
