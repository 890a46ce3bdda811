package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// noteUnlistedLocked remembers since when something waits for a topic that no
// list of the device's filter has. It stays remembered while the device is away.
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

// listedLocked forgets the topics that a new filter lists. The names of salted ones
// are known from held pushes alone.
func (q *queue) listedLocked() {
	if len(q.unlisted) == 0 {
		return
	}
	for topic := range q.unlisted {
		if q.route.filter[topic] != ruleUnlisted {
			delete(q.unlisted, topic)
		}
	}
	for _, e := range q.held {
		if q.route.ruleLocked(e) != ruleUnlisted {
			delete(q.unlisted, e.push.Hash)
		}
	}
}

// sweepUnlistedLocked drops what has waited for too long for its topic to be
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
