package broker

import "time"

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
func (r *Route) Ack(id uint32, status uint8) (*Push, AckVerdict) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	machine := time.Now()
	e := r.takeInFlightLocked(id, machine)
	if e == nil {
		return nil, Unknown
	}
	now := r.q.clock.At(machine)
	drop, verdict := ackResult(status, e.attempts)
	switch {
	case verdict != RetireToken:
	case e.message != nil: // its token is the base token, which stays valid
		verdict = Done
	case e.token == tokenAsked: // the app was removed and installed again
		verdict = Done
	}
	if drop == "" {
		r.q.deliveredLocked(e, now)
	} else {
		r.q.dropLocked(e, drop, now)
	}
	r.wakeIfReadyLocked()
	return e.push, verdict
}

// takeInFlightLocked removes the delivery with an id from those in flight; nil if
// there is none.
func (r *Route) takeInFlightLocked(id uint32, machine time.Time) *entry {
	if r.detached {
		return nil
	}
	oldest := r.flight.oldest()
	e := r.flight.remove(id - 1)
	if e != nil && oldest != r.flight.oldest() {
		r.expectLocked(machine)
	}
	return e
}

// wakeIfReadyLocked wakes the peer, since the window may have room again.
func (r *Route) wakeIfReadyLocked() {
	if r.q.ready.len() > 0 {
		r.wakeLocked()
	}
}

// Lose drops the delivery with an id, because a fault loses it: the device does
// not get it, and it is not sent again.
func (r *Route) Lose(id uint32) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	machine := time.Now()
	if e := r.takeInFlightLocked(id, machine); e != nil {
		r.q.dropLocked(e, DropFault, r.q.clock.At(machine))
		r.wakeIfReadyLocked()
	}
}

// InFlight reports whether the delivery with an id was neither acknowledged nor
// dropped, and its route is attached.
func (r *Route) InFlight(id uint32) bool {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	return !r.detached && r.flight.has(id-1)
}
