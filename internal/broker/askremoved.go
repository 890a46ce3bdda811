package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// submitUnreportedLocked accepts a push to a retired token that is not reported yet.
// With [Config].AskRemoved it is sent to a connected device, which then confirms that it
// does not have the app; otherwise it is dropped. It is never held.
func (q *queue) submitUnreportedLocked(e *entry, now time.Time) {
	q.b.record(journal.Accepted, e.push, "", now)
	c := q.consumer
	if !q.b.askRemoved || e.push.Base || c == nil || c.filter == nil || q.fullLocked() {
		q.dropLocked(e, DropAppRemoved, now)
		return
	}
	e.seq = q.b.seq.Add(1)
	q.ready.push(e)
	c.wakeLocked()
}
