package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A newer push that replaces an older one may fail to be stored. Then its provider is told so,
// and the older push is delivered. Therefore a durable record of the older push is deleted only
// when the record of the newer push is durable. If the record of the older push is not durable
// yet, it is never written: should the newer push fail, the older push is in memory alone, and
// is lost with the process.

// replaceLocked drops h, which a newer push replaces.
func (q *queue) replaceLocked(h *entry, now time.Time) {
	newer := q.submitted
	if newer == nil || newer == h.push {
		q.dropLocked(h, DropReplaced, now)
		return
	}
	h.push.superseded = true
	newer.replaced = append(newer.replaced, h)
	if !h.push.durable.Load() {
		q.removeRecordLocked(h, store.Dropped)
	}
	q.b.record(journal.Dropped, h.push, DropReplaced, now)
}

// Stored says that the record of p, which Submit has accepted, is durable, or that none is
// needed. The goroutine that submitted p calls it, unless it calls NotStored.
func (b *Broker) Stored(p *Push) {
	p.durable.Store(true)
	if len(p.replaced) > 0 { // set by Submit, in this goroutine
		b.update(p.To, func(q *queue) { q.removeReplacedLocked(p) })
	}
}

// removeReplacedLocked removes what p has replaced from the store.
func (q *queue) removeReplacedLocked(p *Push) {
	for _, h := range p.replaced {
		if h.push.failed { // what it has replaced would have been delivered instead
			q.removeReplacedLocked(h.push)
		}
		q.removeRecordLocked(h, store.Dropped)
	}
	p.replaced = nil
}

// restoreReplacedLocked takes back what p has replaced, since p cannot be stored.
func (q *queue) restoreReplacedLocked(p *Push, now time.Time) {
	for _, h := range p.replaced {
		h.push.superseded = false
		if h.push.failed {
			q.restoreReplacedLocked(h.push, now)
			continue
		}
		switch where, cause := q.decideLocked(h, now, false); where {
		case deliver:
			q.readyLocked(h, now)
			q.consumer.wakeLocked()
		case drop:
			q.dropLocked(h, DropIgnored, now)
		default:
			q.holdLocked(h, cause, now)
		}
	}
	p.replaced = nil
}
