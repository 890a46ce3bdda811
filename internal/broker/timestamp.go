package broker

import "time"

// nextTimestamp returns a timestamp for a push: nanoseconds since 1970, and
// never the same twice, because a device takes two notifications with the same topic,
// token and timestamp for duplicates (observed: apsd). A push that is sent again keeps its
// timestamp.
func (b *Broker) nextTimestamp(now time.Time) uint64 {
	for {
		last := b.timestamp.Load()
		next := max(uint64(now.UnixNano()), last+1)
		if b.timestamp.CompareAndSwap(last, next) {
			return next
		}
	}
}

// renewTimestampLocked gives e, which was never sent, a timestamp above that of a push that
// was sent before. The new one is stored, since a later broker may send e again.
func (q *queue) renewTimestampLocked(e *entry, now time.Time) {
	e.timestamp = q.b.nextTimestamp(now)
	if !e.inStore {
		return
	}
	handle, err := q.b.store.Replace(q.recordLocked(e), e.push.handle)
	if err != nil { // the record stays, with the former timestamp
		q.b.log.Debug("cannot store the new timestamp of a push", "device", q.to.Device, "apns_id", e.push.ID, "err", err)
		return
	}
	e.push.handle = handle
}
