package broker

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/store"
)

// An entry is one accepted push on its way.
type entry struct {
	push      *Push
	seq       uint64
	deadline  int64  // when it expires; nanoseconds since 1970
	timestamp uint64 // timestamp on the wire; 0 until it is needed
	attempts  uint16 // how often it was sent, at most 65,535
	token     tokenState
	charged   bool     // it has been counted against an hourly budget
	flags     uint8    // storage flags of the next delivery
	storable  bool     // may wait at all
	lasting   bool     // expires at deadline; true whenever storable is
	inStore   bool     // the store has it
	message   *message // the broadcast it belongs to; nil for a push to the device
}

// tokenState is what became of the token of a push while it was in flight.
type tokenState uint8

const (
	tokenSame  tokenState = iota
	tokenAsked            // the device has asked for the app's token once more
	tokenRetired
)

func compareSeq(a, b uint64) int { return cmp.Compare(a, b) }

// A queue is the pushes of one address, and its connection if there is one.
// Every entry is in exactly one of held, ready and the consumer's flight, each in
// the order of acceptance.
type queue struct {
	// Read-only.
	b  *Broker
	to Address

	mu       sync.Mutex   // connection, journal and store are called with it locked: docs/lock-order.md
	space    *space.Space // where the device is; nil is the default space
	clock    *clock.Clock // the clock of the space
	held     []*entry     // must wait: for the device, its filter, its state or a budget
	ready    fifo         // sent as soon as the window allows; empty without a consumer
	consumer *Consumer    // nil while the device is away

	lowPower  bool  // see [Broker.SetLowPower]
	submitted *Push // the push that is being submitted, if its record may fail later; nil otherwise

	// Made when a rule first needs them.
	notEnabled map[apns.TopicHash]int64 // see enabletimeout.go
	hours      map[budgeted][]int64     // see hourlybudget.go
}

// idleLocked reports whether the queue may be removed.
func (q *queue) idleLocked() bool {
	return q.consumer == nil && len(q.held) == 0 && !q.lowPower && len(q.hours) == 0
}

func (q *queue) submitLocked(e *entry, pending *store.Pending, now time.Time) error {
	if q.fullLocked() {
		return tooManyRequests()
	}
	e.seq = q.b.seq.Add(1)
	e.timestamp = q.b.nextTimestamp(now)
	where, cause := q.decideLocked(e, now, false)
	if where != drop {
		// It is stored before the provider is answered 200: see store.Pending.
		if err := q.keepLocked(e, where, pending); err != nil {
			return err
		}
	}
	q.b.record(journal.Accepted, e.push, "", now)
	switch where {
	case deliver:
		q.readyLocked(e, now)
		q.releaseWithLocked(e, now)
		q.consumer.wakeLocked()
	case drop:
		q.dropLocked(e, DropIgnored, now)
	default:
		if e.inStore && pending.Open() {
			q.submitted = e.push
		}
		q.holdLocked(e, cause, now)
		q.submitted = nil
	}
	return nil
}

// keepLocked puts e into the store if it may wait.
func (q *queue) keepLocked(e *entry, where decision, pending *store.Pending) (err error) {
	if q.b.store == nil || !e.storable {
		return nil
	}
	what := store.Waits
	if where == deliver {
		what = store.Leaves
	}
	e.push.handle, err = q.b.store.Put(q.recordLocked(e), what, pending)
	e.inStore = err == nil
	return err
}

// recordLocked is what the store keeps of e.
func (q *queue) recordLocked(e *entry) store.Record {
	return store.Record{
		Seq: e.seq, To: q.to, Push: e.push.Notification,
		Topic: e.push.Hash, Base: e.push.Base, Deadline: e.deadline, Stamp: e.timestamp,
	}
}

// decideLocked returns what to do with e now and, if it is held, the cause. woken
// says that other traffic wakes the device at this moment.
func (q *queue) decideLocked(e *entry, now time.Time, woken bool) (decision, Cause) {
	c := q.consumer
	switch {
	case e.message != nil && c != nil && c.filter == nil:
		return deliver, "" // with the first filter; see filterReadyLocked
	case c == nil || c.filter == nil:
		return hold, Offline
	case e.push.Unreported:
		return deliver, ""
	}
	rule := c.ruleLocked(e)
	switch {
	case rule == ruleIgnored:
		return drop, ""
	case rule == ruleNotEnabled && e.message == nil: // a subscription enables its channel
		return hold, NotEnabled
	case rule == rulePaused:
		return hold, Paused
	}
	if cause := q.deferLocked(e.push, rule, woken); cause != "" {
		return hold, cause
	}
	if e.message == nil && q.overBudgetLocked(e, now) { // what chargeLocked counts
		return hold, OverBudget
	}
	return deliver, ""
}

// readyLocked appends e to the ready pushes.
func (q *queue) readyLocked(e *entry, now time.Time) {
	q.chargeLocked(e, now)
	q.ready.push(e)
}

// releaseLocked makes those held pushes ready that need not be held any more, and
// returns their number. They are flagged as stored, and the last of them as the last.
func (q *queue) releaseLocked(now time.Time, woken bool) (released int) {
	if woken || q.consumer.activeLocked() {
		q.consumer.groupUntil = 0
	}
	var free []*entry
	q.held = slices.DeleteFunc(q.held, func(e *entry) bool {
		switch where, cause := q.decideLocked(e, now, woken); {
		case where == hold:
			q.waitLocked(e, cause, now)
			return false
		case where == drop:
			q.dropLocked(e, DropIgnored, now)
		case e.deadline <= now.UnixNano():
			q.dropLocked(e, DropExpired, now)
		default:
			q.chargeLocked(e, now)
			e.flags = flagStored
			free = append(free, e)
		}
		return true
	})
	if len(free) == 0 {
		return 0
	}
	free[len(free)-1].flags |= flagLastStored
	q.mergeLocked(free)
	q.consumer.wakeLocked()
	return len(free)
}

// mergeLocked adds entries to the ready ones, in the order of acceptance.
func (q *queue) mergeLocked(free []*entry) {
	all := append(q.ready.drain(), free...)
	slices.SortFunc(all, func(a, b *entry) int { return compareSeq(a.seq, b.seq) })
	for _, e := range all {
		q.ready.push(e)
	}
}

// filterReadyLocked holds or drops the ready pushes that a new filter excludes. Pushes that
// are ready stay so if only the state of the device would hold them; first says that the
// filter is the connection's first, which broadcasts may have waited for, and then it holds them, too.
func (q *queue) filterReadyLocked(now time.Time, first bool) {
	for _, e := range q.ready.drain() {
		switch where, cause := q.decideLocked(e, now, false); {
		case where == drop:
			q.dropLocked(e, DropIgnored, now)
		case where == hold && (first || !cause.passesFilter()):
			q.holdLocked(e, cause, now)
		default:
			q.ready.push(e)
		}
	}
}

// dropHeldLocked drops the held pushes that match.
func (q *queue) dropHeldLocked(cause Cause, now time.Time, match func(*entry) bool) {
	q.held = slices.DeleteFunc(q.held, func(e *entry) bool {
		if !match(e) {
			return false
		}
		q.dropLocked(e, cause, now)
		return true
	})
}

// dropLocked ends e without delivery.
func (q *queue) dropLocked(e *entry, cause Cause, now time.Time) {
	q.removeRecordLocked(e, store.Dropped)
	q.b.record(journal.Dropped, e.push, cause, now)
}

// deliveredLocked ends e as delivered.
func (q *queue) deliveredLocked(e *entry, now time.Time) {
	q.removeRecordLocked(e, store.Delivered)
	q.b.record(journal.Delivered, e.push, "", now)
}

func (q *queue) removeRecordLocked(e *entry, outcome store.Outcome) {
	if e.inStore {
		e.inStore = false
		q.b.store.Delete(q.to, e.seq, e.push.handle, outcome)
	}
}
