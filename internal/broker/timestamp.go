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
// was sent before. The store must have the new one before e is sent: a later broker, which may
// send e again, knows no other, and by another the device would not recognize it. If the
// store cannot change it, e keeps its timestamp.
func (q *queue) renewTimestampLocked(e *entry, now time.Time) {
	former := e.timestamp
	e.timestamp = q.b.nextTimestamp(now)
	if e.inStore && !q.b.store.Replace(q.recordLocked(e), e.push.handle) {
		e.timestamp = former
	}
}
