package broker

import "slices"

// NotStored says that the record of p, which Submit has accepted, cannot be stored. It
// reports whether the push is to be rejected; otherwise it has been delivered or dropped
// meanwhile. A push that is rejected is not sent; one that is in flight is not sent again. The pushes
// that it has replaced are held or delivered again. The goroutine that submitted p calls it.
func (b *Broker) NotStored(p *Push) (reject bool) {
	b.update(p.To, func(q *queue) {
		switch {
		case q.notStoredLocked(p):
			q.restoreReplacedLocked(p, q.clock.Now())
			reject = true
		case p.superseded: // by a push whose record may fail as well
			p.failed, reject = true, true
		default:
			q.removeReplacedLocked(p)
		}
	})
	return reject
}

// notStoredLocked takes p out of the queue, and reports whether it was there.
func (q *queue) notStoredLocked(p *Push) (found bool) {
	remove := func(e *entry) bool {
		found = found || e.push == p
		return e.push == p
	}
	q.held = slices.DeleteFunc(q.held, remove)
	for _, e := range q.ready.drain() {
		if !remove(e) {
			q.ready.push(e)
		}
	}
	if q.consumer == nil {
		return found
	}
	for _, e := range q.consumer.flight.entries[q.consumer.flight.head:] {
		if e != nil && remove(e) {
			e.inStore, e.storable = false, false
		}
	}
	return found
}
