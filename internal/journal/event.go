package journal

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Kind says what happened.
type Kind uint8

// The kinds of events. A push begins with Received and ends with one of
// Rejected, Delivered and Dropped. A Failure is the only event of its record.
const (
	// Received: a provider's request for a push was read.
	Received Kind = iota
	// Rejected: APNs rejected it; Cause is the reason in the response.
	Rejected
	// Accepted: APNs accepted it; the response is 200 unless a fault changes it.
	Accepted
	// Stored: it is held for its device; Cause says why.
	Stored
	// Sent: it was passed to the device's session, which writes it; Cause says why it may
	// have been sent before, and is empty the first time.
	Sent
	// Delivered: the device acknowledged it.
	Delivered
	// Dropped: it will not be delivered; Cause says why.
	Dropped
	// Failure: a provider's request or connection failed before a push was read; Cause
	// says how.
	Failure
	// Connected: a device logged in.
	Connected
	// Disconnected: its connection ended; Cause says how.
	Disconnected
	// TokenIssued: a device token was issued to a device.
	TokenIssued
	// Faulted: a fault rule was applied to a push, a device or a connection; Cause
	// names the rule, Detail says what it does.
	Faulted
)

// kinds is the one table of kinds.
var kinds = [...]string{
	Received:     "received",
	Rejected:     "rejected",
	Accepted:     "accepted",
	Stored:       "stored",
	Sent:         "sent",
	Delivered:    "delivered",
	Dropped:      "dropped",
	Failure:      "failed",
	Connected:    "connected",
	Disconnected: "disconnected",
	TokenIssued:  "token-issued",
	Faulted:      "faulted",
}

// String returns the kind's name.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// state returns the state that an event of kind k brings about, if it does: the
// kinds from Rejected to Failure stand in the order of the states.
func (k Kind) state() (filters.State, bool) {
	return filters.State(k - Rejected), Rejected <= k && k <= Failure
}

// An Event is one thing that happened to a push, a device or a connection.
type Event struct {
	// Seq numbers the events from 1, without gaps.
	Seq uint64
	// At is the time by the clock of the space.
	At   time.Time
	Kind Kind
	// Push is the push of the event; nil for the connections of devices. It must not
	// be changed.
	Push *apns.Notification
	// Trace collects the events of the push; nil if nothing does. An event that is
	// recorded with a trace needs no Push.
	Trace *Trace
	// Device is zero where no device is known yet.
	Device apns.DeviceID
	// Cause is one word of the list that goes with Kind.
	Cause string
	// Detail is a sentence for a reader.
	Detail string
	// Rejection is that of a Rejected event; Cause is its reason.
	Rejection *apns.Rejection
	// Status is the HTTP status of the response, if this is a Failure or if a fault has
	// changed the status; otherwise 0, and the response has that of Rejection, or 200.
	Status int
}

// Attributes is what filter words are compared with: of an event about a push, that
// push, with the event's own device, time and state.
func (e *Event) Attributes() filters.Attributes {
	var push filters.Attributes
	switch {
	case e.Trace != nil:
		push, _ = e.Trace.attributes()
	case e.Push != nil:
		push = (&Trace{Push: e.Push}).attributesLocked()
	}
	return e.attributesOf(&push)
}

// attributesOf makes the attributes of the event from that of its push, nil if there is none.
func (e *Event) attributesOf(push *filters.Attributes) (s filters.Attributes) {
	if push != nil {
		s = *push
	}
	s.At, s.States = e.At, 0
	if e.Device != (apns.DeviceID{}) {
		s.Device = e.Device
	}
	if state, ok := e.Kind.state(); ok {
		s.States = s.States.With(state)
	}
	return s
}

// Connection is where the push, or what failed, came in; zero where none is known.
func (e *Event) Connection() (c Connection) {
	if e.Trace != nil && e.Trace.Request != nil {
		c = e.Trace.Request.Connection()
	}
	return c
}

// Advice returns what a device would not show of the push, although APNs accepts it.
// It is computed on request and never sent to a provider.
func (e *Event) Advice() []apns.Advice {
	if e.Push == nil {
		return nil
	}
	return e.Push.Advice()
}
