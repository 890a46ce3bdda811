package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// An AckVerdict is what follows from an acknowledgement.
type AckVerdict uint8

const (
	// Unknown means that no push in flight has this id.
	Unknown AckVerdict = iota
	// Done means that the push is delivered or dropped.
	Done
	// RetireToken means that the push is dropped because the device does not have the
	// app; the token should be retired.
	RetireToken
)

// The statuses with which a device acknowledges (observed: apsd).
const (
	ackDelivered    = 0
	ackNoRecipient  = 2 // or a duplicate
	ackUnparsable   = 3
	ackIgnored      = 6
	ackUnknownTopic = 7
	ackTokenRemoved = 11
)

// ackResult returns what a status means for a push that was sent attempt times: the
// cause for which it is dropped, "" if it is delivered, and whether its token should be
// retired.
func ackResult(status uint8, attempt uint16) (drop Cause, verdict AckVerdict) {
	switch status {
	case ackDelivered:
		return "", Done
	case ackNoRecipient:
		// A device also answers a duplicate with this status, and a second attempt
		// is one if only the acknowledgement of the first was lost. Perhaps a device
		// takes a push with an equal payload for a duplicate, too (observed: apsd,
		// uncertain). A removed app has a status of its own, so this one does not
		// retire the token.
		if attempt > 1 {
			return "", Done
		}
		return DropNoRecipient, Done
	case ackUnparsable:
		return DropUnparsable, Done
	case ackIgnored:
		return DropIgnored, Done
	case ackUnknownTopic:
		return DropUnknownTopic, RetireToken
	case ackTokenRemoved:
		return DropTokenRemoved, RetireToken
	}
	return DropRefused, Done
}

// Ack ends the delivery with an id by the device's status. It returns the push, nil
// if no delivery in flight has this id.
func (c *Consumer) Ack(id uint32, status uint8) (*Push, AckVerdict) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	machine := time.Now()
	e := c.takeInFlightLocked(id, machine)
	if e == nil {
		return nil, Unknown
	}
	now := c.q.clock.At(machine)
	drop, verdict := ackResult(status, e.attempts)
	switch {
	case verdict != RetireToken:
	case e.message != nil: // its token is the base token, which stays valid
		verdict = Done
	case e.token == tokenAsked: // the app was removed and installed again
		verdict = Done
	}
	if drop == "" {
		c.q.deliveredLocked(e, now)
	} else {
		c.q.dropLocked(e, drop, now)
	}
	c.wakeIfReadyLocked()
	return e.push, verdict
}

// takeInFlightLocked removes the delivery with an id from those in flight; nil if
// there is none.
func (c *Consumer) takeInFlightLocked(id uint32, machine time.Time) *entry {
	if c.detached {
		return nil
	}
	oldest := c.flight.oldest()
	e := c.flight.remove(id - 1)
	if e != nil && oldest != c.flight.oldest() {
		c.expectLocked(machine)
	}
	return e
}

// wakeIfReadyLocked wakes the connection, since the window may have room again.
func (c *Consumer) wakeIfReadyLocked() {
	if c.q.ready.len() > 0 {
		c.wakeLocked()
	}
}

// Drop drops the delivery with an id because of a fault: the device does not get it, and it
// is not sent again.
func (c *Consumer) Drop(id uint32) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	machine := time.Now()
	if e := c.takeInFlightLocked(id, machine); e != nil {
		c.q.dropLocked(e, DropFault, c.q.clock.At(machine))
		c.wakeIfReadyLocked()
	}
}

// InFlight reports whether the delivery with an id was neither acknowledged nor
// dropped, and its consumer is attached.
func (c *Consumer) InFlight(id uint32) bool {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	return !c.detached && c.flight.has(id-1)
}

// TokenAsked notes that the device has requested the token of a topic. If it then
// acknowledges a push that is in flight now with a status for a removed app, the token is
// not retired: the acknowledgement may be older than the request.
func (c *Consumer) TokenAsked(topic apns.TopicHash) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	c.markLocked(topic, tokenAsked)
}

// markLocked sets the state of the token for the pushes to a topic that are in flight. A
// retired token stays retired.
func (c *Consumer) markLocked(topic apns.TopicHash, news tokenState) {
	for _, e := range c.flight.entries[c.flight.head:] {
		if e != nil && e.push.Hash == topic && e.message == nil {
			e.token = max(e.token, news)
		}
	}
}
