package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// A Peer is the connection of a device. The broker calls it with a queue
// locked: its methods must not block and must not call back.
type Peer interface {
	// Wake says that pushes are ready for [Route.Take]. It is not called again until
	// Take has returned fewer than dst has room for.
	Wake()
	// Replaced says that a newer connection of the device replaced this one.
	Replaced()
	// Overdue says that the acknowledgement timeout has passed. The connection
	// should end.
	Overdue()
}

// A Route connects a peer with the queue of its device. Its methods may be
// called from any goroutine; after [Route.Detach], or once a newer peer has
// taken over, they do nothing.
type Route struct {
	// Read-only.
	q    *queue
	peer Peer

	// Guarded by q.mu.
	filter   lists // nil until the device has sent one
	flight   flight
	salted   *salted // nil until the device uses salted hashes
	stamp    uint64  // the highest timestamp of a delivery
	awake    bool    // the peer was woken and has not taken all ready pushes yet
	detached bool

	activeUntil int64 // when the device falls asleep, in the machine's time; 0 if it sleeps, or always
	groupUntil  int64 // when the grouped pushes are delivered; 0 while there are none
	ackBy       int64 // when the oldest delivery has to be acknowledged, in the machine's time; 0 if never

	channels map[*channel]uint64 // subscriptions, each with the checkpoint the device has seen
	deleted  []Channel           // subscribed channels that were deleted, for TakeDeleted
}

// Storage flags of a [Delivery] (observed: apsd).
const (
	flagStored     = 1 // the push comes from the store
	flagLastStored = 2 // it is the last one that does
)

// A Delivery is a push on its way to the device.
type Delivery struct {
	// ID names it for the acknowledgement. Ids of a route begin at 1 and rise
	// by 1.
	ID uint32
	// Push must not be changed.
	Push *Push
	// Salted is the topic as the device knows it, if it named it by a salted hash;
	// otherwise nil, and the device knows the Hash of the Push.
	Salted []byte
	// Timestamp is when the push was accepted, in nanoseconds since 1970, and unique. It
	// rises along a route, except that a push which is sent again keeps its timestamp, by
	// which the device recognizes a duplicate.
	Timestamp uint64
	// Expiry is in seconds since 1970; 0 if the push is never stored.
	Expiry uint32
	// Storage has bit 0 set if the push was stored, bit 1 on the last such.
	Storage uint8
	// Attempt is 1 the first time.
	Attempt int
	// Channel is the one the push was published to; "" if it was sent to the
	// device alone. The device sees the topic of the push's Hash, and its base token as
	// the token.
	Channel ChannelID
	// Checkpoint is the position of the push in its channel: nanoseconds since 1970,
	// rising along the channel.
	Checkpoint uint64
}

func (r *Route) wakeLocked() {
	if !r.awake && r.filter != nil && r.flight.hasRoom(r.q.b.window) {
		r.awake = true
		r.peer.Wake()
	}
}

// SetFilter replaces the device's topic filter. Nothing is delivered before
// the first one. It returns how many stored pushes are released.
func (r *Route) SetFilter(f Filter) (stored int) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached {
		return 0
	}
	first := r.filter == nil
	r.filter = compile(f.Enabled, f.NonWaking, f.Opportunistic, f.Paused, f.Ignored)
	r.setSaltedLocked(&f.Salted)
	return r.refilterLocked(first)
}

// refilterLocked applies the filter to all pushes that are not in flight. It returns
// how many stored pushes are released. first says that there was no filter before.
func (r *Route) refilterLocked(first bool) (stored int) {
	now := r.q.clock.Now()
	r.q.listedLocked()
	stored = r.q.releaseLocked(now, false)
	r.q.filterReadyLocked(now, first)
	if r.q.ready.len() > 0 { // a broadcast may have come before the filter
		r.wakeLocked()
	}
	return stored
}

// Take appends to dst the deliveries that may be sent now, without growing it, and counts
// them as sent. It appends nothing while the window is full or no push is ready; the peer
// is woken as soon as that changes.
func (r *Route) Take(dst []Delivery) []Delivery {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached || r.filter == nil { // broadcasts may be ready before the first filter
		r.awake = false
		return dst
	}
	machine := time.Now()
	now := r.q.clock.At(machine)
	idle := r.flight.count == 0
	for len(dst) < cap(dst) && r.flight.hasRoom(r.q.b.window) && r.q.ready.len() > 0 {
		e := r.q.ready.pop()
		if e.lasting && e.deadline <= now.UnixNano() {
			r.q.dropLocked(e, DropExpired, now)
			continue
		}
		if e.stamp == 0 || e.attempts == 0 && e.stamp <= r.stamp { // a newer one was sent before
			e.stamp = r.q.b.nextStamp(now)
		}
		e.attempts = max(e.attempts, e.attempts+1) // or it stays at the greatest number
		r.stamp = max(r.stamp, e.stamp)
		dst = append(dst, Delivery{
			ID: r.flight.add(e) + 1, Push: e.push, Timestamp: e.stamp,
			Expiry: e.expiry(), Storage: e.flags, Attempt: int(e.attempts), Salted: r.saltedTopicLocked(e),
		})
		if m := e.message; m != nil {
			dst[len(dst)-1].Channel, dst[len(dst)-1].Checkpoint = m.channel.ID, m.checkpoint
		}
		r.q.b.record(journal.Sent, e.push, "", now)
	}
	if idle && r.flight.count > 0 {
		r.expectLocked(machine)
	}
	if len(dst) < cap(dst) {
		r.awake = false
	}
	return dst
}

// Detach ends the route: pushes in flight are held for the next one.
func (r *Route) Detach() {
	r.q.mu.Lock()
	if !r.detached {
		r.q.detachLocked(r.q.clock.Now())
	}
	idle := r.q.idleLocked()
	r.q.mu.Unlock()
	r.leave()
	if idle {
		r.q.b.forget(r.q.to)
	}
}
