package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// A Connection is the connection of a device. The broker calls it with a queue
// locked: its methods must not block and must not call back.
type Connection interface {
	// Wake says that pushes are ready for [Consumer.Take]. It is not called again until
	// Take has returned fewer than dst has room for.
	Wake()
	// Replaced says that a newer connection of the device replaced this one.
	Replaced()
	// Overdue says that the acknowledgement timeout has passed. The connection
	// should end.
	Overdue()
}

// A Consumer takes pushes from the queue of a device for the device's connection, and
// acknowledges them. Its methods may be called from any goroutine; after
// [Consumer.Detach], or once a newer connection has replaced this one, they do nothing.
type Consumer struct {
	// Read-only.
	q          *queue
	connection Connection

	// Guarded by q.mu.
	filter    lists // nil until the device has sent one
	flight    flight
	salted    *salted // nil until the device uses salted hashes
	timestamp uint64  // the highest timestamp of a delivery
	awake     bool    // the connection was woken and has not taken all ready pushes yet
	detached  bool

	activeUntil int64 // when the device becomes inactive, in the machine's time; 0 if it is inactive, or always
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
	// ID names it for the acknowledgement. Ids of a consumer begin at 1 and rise
	// by 1.
	ID uint32
	// Push must not be changed.
	Push *Push
	// Salted is the topic as the device knows it, if it named it by a salted hash;
	// otherwise nil, and the device knows the Hash of the Push.
	Salted []byte
	// Timestamp is when the push was accepted, in nanoseconds since 1970, and unique. It
	// rises from delivery to delivery, except that a push which is sent again keeps its timestamp, by
	// which the device recognizes a duplicate, and so does one whose record is in a file, which a
	// later process may send again.
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

func (c *Consumer) wakeLocked() {
	if !c.awake && c.filter != nil && c.flight.hasRoom(c.q.b.window) {
		c.awake = true
		c.connection.Wake()
	}
}

// SetFilter replaces the device's topic filter. Nothing is delivered before
// the first one. It returns how many stored pushes are released.
func (c *Consumer) SetFilter(f TopicFilter) (stored int) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached {
		return 0
	}
	first := c.filter == nil
	c.filter = compile(f.Enabled, f.NonWaking, f.Opportunistic, f.Paused, f.Ignored)
	c.setSaltedLocked(&f.Salted)
	return c.refilterLocked(first)
}

// refilterLocked applies the filter to all pushes that are not in flight. It returns
// how many stored pushes are released. first says that there was no filter before.
func (c *Consumer) refilterLocked(first bool) (stored int) {
	now := c.q.clock.Now()
	c.q.removeListedLocked()
	stored = c.q.releaseLocked(now, false)
	c.q.filterReadyLocked(now, first)
	if c.q.ready.len() > 0 { // a broadcast may have come before the filter
		c.wakeLocked()
	}
	return stored
}

// Take appends to dst the deliveries that may be sent now, without growing it, and counts
// them as sent. It appends nothing while the window is full or no push is ready; the
// connection is woken as soon as that changes.
func (c *Consumer) Take(dst []Delivery) []Delivery {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached || c.filter == nil { // broadcasts may be ready before the first filter
		c.awake = false
		return dst
	}
	machine := time.Now()
	now := c.q.clock.At(machine)
	idle := c.flight.count == 0
	for len(dst) < cap(dst) && c.flight.hasRoom(c.q.b.window) && c.q.ready.len() > 0 {
		e := c.q.ready.pop()
		if e.lasting && e.deadline <= now.UnixNano() {
			c.q.dropLocked(e, DropExpired, now)
			continue
		}
		if e.timestamp == 0 || e.attempts == 0 && e.timestamp <= c.timestamp { // a newer one was sent before
			c.q.renewTimestampLocked(e, now)
		}
		again := c.q.b.againBecause(e)
		e.attempts = max(e.attempts, e.attempts+1) // without an overflow
		c.timestamp = max(c.timestamp, e.timestamp)
		dst = append(dst, Delivery{
			ID: c.flight.add(e) + 1, Push: e.push, Timestamp: e.timestamp,
			Expiry: e.expiry(), Storage: e.flags, Attempt: int(e.attempts), Salted: c.saltedTopicLocked(e),
		})
		if m := e.message; m != nil {
			dst[len(dst)-1].Channel, dst[len(dst)-1].Checkpoint = m.channel.ID, m.checkpoint
		}
		c.q.b.record(journal.Sent, e.push, again, now)
	}
	if idle && c.flight.count > 0 {
		c.expectLocked(machine)
	}
	if len(dst) < cap(dst) {
		c.awake = false
	}
	return dst
}
