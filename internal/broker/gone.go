package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// submitGoneLocked accepts a push to an app that is gone, of which providers are
// not told yet. If the configuration says so, a device that is connected gets it
// all the same, with the question whether the app is really gone; otherwise it is
// dropped. It never waits.
func (q *queue) submitGoneLocked(e *entry, now time.Time) {
	q.b.record(journal.Accepted, e.push, "", now)
	r := q.route
	if !q.b.askGone || e.push.Base || r == nil || r.filter == nil || q.fullLocked() {
		q.dropLocked(e, DropGone, now)
		return
	}
	e.seq = q.b.seq.Add(1)
	q.ready.push(e)
	r.wakeLocked()
}
