package broker

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// An entry is one accepted push on its way.
type entry struct {
	push     *Push
	seq      uint64
	deadline int64    // may wait until then; nanoseconds since 1970
	stamp    uint64   // timestamp on the wire; 0 until first sent
	attempts int32    // how often it was sent
	flags    uint8    // storage flags of the next delivery
	storable bool     // may wait at all
	lasting  bool     // is of no use after deadline; true of all that is storable
	recorded bool     // the store has it
	message  *message // the broadcast it belongs to; nil for a push to the device
}

func compareSeq(a, b uint64) int { return cmp.Compare(a, b) }

// A queue is what one address has waiting, and its connection if there is one.
// Every entry is in exactly one of held, ready and the route's flight, each in
// the order of acceptance.
type queue struct {
	// Read-only.
	b  *Broker
	to Address

	mu    sync.Mutex
	held  []*entry // waits for the device or for its filter
	ready fifo     // to be sent as soon as the window allows; empty without a route
	route *Route   // nil while the device is away
}

// idleLocked reports whether the queue may be forgotten.
func (q *queue) idleLocked() bool { return q.route == nil && len(q.held) == 0 }

func (q *queue) submitLocked(e *entry, now time.Time) error {
	if q.ready.len() >= q.b.backlog {
		return tooManyRequests()
	}
	e.seq = q.b.seq.Add(1)
	where, why := q.placeLocked(e)
	if where != discard {
		// Kept before the provider learns that the push is accepted.
		if err := q.keepLocked(e); err != nil {
			return err
		}
	}
	q.b.record(journal.Accepted, e.push, "", now)
	switch where {
	case deliver:
		q.ready.push(e)
		q.route.wakeLocked()
	case discard:
		q.dropLocked(e, DropIgnored, now)
	default:
		q.holdLocked(e, why, now)
	}
	return nil
}

// keepLocked puts e into the store if it may wait.
func (q *queue) keepLocked(e *entry) error {
	if q.b.store == nil || !e.storable {
		return nil
	}
	err := q.b.store.Put(store.Record{
		Seq: e.seq, To: q.to, Push: e.push.Notification,
		Topic: e.push.Hash, Base: e.push.Base, Deadline: e.deadline,
	})
	e.recorded = err == nil
	return err
}

// placeLocked says where e belongs now and, if it is to be held, why.
func (q *queue) placeLocked(e *entry) (placement, Cause) {
	if e.message != nil && q.route != nil {
		return q.route.filter.placeBroadcast(e.push.Hash), ""
	}
	if q.route == nil || q.route.filter == nil {
		return hold, Offline
	}
	return q.route.filter.place(e.push.Hash, q.route.active), NotEnabled
}

// sortLocked puts every waiting push where it belongs after the filter or the
// device's state has changed. It returns how many held ones are ready now.
func (q *queue) sortLocked(now time.Time) (released int) {
	waiting := append(q.ready.drain(), q.held...)
	slices.SortFunc(waiting, func(a, b *entry) int { return compareSeq(a.seq, b.seq) })
	held := q.held
	q.held = nil
	isHeld := func(e *entry) bool {
		_, found := slices.BinarySearchFunc(held, e.seq, func(h *entry, seq uint64) int { return compareSeq(h.seq, seq) })
		return found
	}
	var last *entry
	for _, e := range waiting {
		was := isHeld(e)
		switch where, why := q.placeLocked(e); {
		case where == deliver && was && e.deadline <= now.UnixNano():
			q.dropLocked(e, DropExpired, now)
		case where == deliver:
			if was {
				e.flags = flagStored
				last = e
				released++
			}
			q.ready.push(e)
		case where == discard:
			q.dropLocked(e, DropIgnored, now)
		case was:
			q.held = append(q.held, e)
		default:
			q.holdLocked(e, why, now)
		}
	}
	if last != nil {
		last.flags |= flagLastStored
	}
	return released
}

// detachLocked takes the route away and holds what it had not settled.
func (q *queue) detachLocked(now time.Time) {
	r := q.route
	q.route = nil
	r.gone = true
	for _, e := range r.flight.drain() {
		q.holdLocked(e, Unacknowledged, now)
	}
	for _, e := range q.ready.drain() {
		q.holdLocked(e, Offline, now)
	}
}

// withdrawLocked drops what waits for a topic.
func (q *queue) withdrawLocked(topic apns.TopicHash, now time.Time) {
	gone := func(e *entry) bool {
		if e.push.Hash != topic || e.message != nil {
			return false
		}
		q.dropLocked(e, DropUnregistered, now)
		return true
	}
	q.held = slices.DeleteFunc(q.held, gone)
	for _, e := range q.ready.drain() {
		if !gone(e) {
			q.ready.push(e)
		}
	}
}

// dropLocked settles e without delivery.
func (q *queue) dropLocked(e *entry, why Cause, now time.Time) {
	q.forgetLocked(e)
	q.b.record(journal.Dropped, e.push, why, now)
}

// deliveredLocked settles e: the device has it.
func (q *queue) deliveredLocked(e *entry, now time.Time) {
	q.forgetLocked(e)
	q.b.record(journal.Delivered, e.push, "", now)
}

func (q *queue) forgetLocked(e *entry) {
	if !e.recorded {
		return
	}
	e.recorded = false
	if err := q.b.store.Delete(q.to, e.seq); err != nil {
		q.b.log.Error("a settled push stays in the store", "device", q.to.Device, "apns_id", e.push.ID, "err", err)
	}
}
