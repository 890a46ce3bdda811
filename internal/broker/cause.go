package broker

import "github.com/apns-sim/apns-sim/apns"

// A Cause says in one word why a push is stored or dropped; it is the Cause of
// the journal's event.
type Cause string

// Why a push is stored, or dropped because it must not be stored.
const (
	// Offline: the device has no connection, or has not sent its filter yet.
	Offline Cause = "device-offline"
	// NotEnabled: the topic is in no list of the device's filter.
	NotEnabled Cause = "topic-not-enabled"
	// Paused: the device's topic filter pauses the topic.
	Paused Cause = "topic-paused"
	// Asleep: the device is not in use, and neither the topic nor the priority
	// may wake it.
	Asleep Cause = "device-asleep"
	// Grouped: the device is not in use, and pushes of priority 5 are delivered
	// to it together.
	Grouped Cause = "grouped"
	// LowPower: the device saves power, and the priority is not 10.
	LowPower Cause = "low-power"
	// OverBudget: the app has had what this kind of push is allowed in an hour.
	OverBudget Cause = "over-budget"
	// Unacknowledged: the connection ended before the acknowledgement.
	Unacknowledged Cause = "not-acknowledged"
)

// momentary reports whether the push waits for a better moment only: the device
// is there and wants it.
func (c Cause) momentary() bool {
	return c == Asleep || c == Grouped || c == LowPower || c == OverBudget
}

// Why else a push is dropped.
const (
	// DropExpired: its apns-expiration passed while it waited.
	DropExpired Cause = "expired"
	// DropReplaced: a newer push took its place in the store.
	DropReplaced Cause = "replaced"
	// DropIgnored: the device's topic filter ignores the topic.
	DropIgnored Cause = "topic-ignored"
	// DropNoRecipient: the device knows no such recipient, or has the push already (ack 2).
	DropNoRecipient Cause = "no-recipient"
	// DropUnparsable: the device cannot parse the payload (ack 3).
	DropUnparsable Cause = "unparsable"
	// DropUnknownTopic: the device does not know the topic (ack 7).
	DropUnknownTopic Cause = "unknown-topic"
	// DropTokenRemoved: the device has removed the token (ack 11).
	DropTokenRemoved Cause = "token-removed"
	// DropRefused: the device answered with another status.
	DropRefused Cause = "refused"
	// DropUnregistered: the token was retired while the push waited.
	DropUnregistered Cause = "unregistered"
	// DropNeverEnabled: no filter has listed the topic for so long that the app
	// counts as removed.
	DropNeverEnabled Cause = "topic-never-enabled"
	// DropGone: the token is retired, which is not reported yet.
	DropGone Cause = "app-gone"
	// DropUnsubscribed: the device left the channel before the message was sent.
	DropUnsubscribed Cause = "unsubscribed"
	// DropFault: a fault took it.
	DropFault Cause = "fault"
	// DropNobody: the provider API was lenient and took it for nobody.
	DropNobody Cause = "nobody"
	// DropForgotten: the device was deleted.
	DropForgotten Cause = "device-deleted"
	// DropBacklog: too much waits for the device to take a broadcast as well.
	DropBacklog Cause = "too-many-waiting"
)

// An AckVerdict is what an acknowledgement settles.
type AckVerdict uint8

const (
	// Unknown means that no push in flight has this id.
	Unknown AckVerdict = iota
	// Settled means that the push is delivered or dropped.
	Settled
	// Gone means that the push is dropped because the app is gone; the token it was sent
	// to should be retired.
	Gone
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

// settle says what status means for a push sent attempt times: the cause it is
// dropped for, "" if it is delivered, and whether the app is gone.
func settle(status uint8, attempt uint16) (drop Cause, verdict AckVerdict) {
	switch status {
	case ackDelivered:
		return "", Settled
	case ackNoRecipient:
		// The same status stands for a duplicate, which is what a second
		// attempt is to a device whose first acknowledgement was lost. The first
		// attempt may be one as well: a device may take an equal payload for a
		// duplicate (observed: apsd, with doubt). An app that is gone has a status
		// of its own, so that this one costs no token.
		if attempt > 1 {
			return "", Settled
		}
		return DropNoRecipient, Settled
	case ackUnparsable:
		return DropUnparsable, Settled
	case ackIgnored:
		return DropIgnored, Settled
	case ackUnknownTopic:
		return DropUnknownTopic, Gone
	case ackTokenRemoved:
		return DropTokenRemoved, Gone
	}
	return DropRefused, Settled
}

// tooManyRequests refuses a push to a device that has too many waiting.
// "You sent too many consecutive requests to the same device token":
// "Handling notification responses from APNs". Apple publishes no figure.
func tooManyRequests() error {
	return apns.Reject(apns.TooManyRequests, "the device has too many pushes waiting to be acknowledged")
}
