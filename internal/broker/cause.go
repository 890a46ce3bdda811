package broker

// A Cause is why a push is stored or dropped; it is the Cause of the journal's event.
type Cause string

// Causes for which a push is stored, or dropped if it must not be stored. The last two are also
// why a push is sent again.
const (
	// Offline: the device has no connection, or has not sent its filter yet.
	Offline Cause = "device-offline"
	// NotEnabled: the topic is in no list of the device's filter.
	NotEnabled Cause = "topic-not-enabled"
	// Paused: the topic is in the filter's list of paused topics.
	Paused Cause = "topic-paused"
	// Inactive: the device is not in use, and neither the topic nor the priority
	// may wake it.
	Inactive Cause = "device-inactive"
	// Grouped: the device is not in use, and pushes of priority 5 are delivered
	// to it together.
	Grouped Cause = "grouped"
	// LowPower: the device is in low power mode, and the priority is not 10.
	LowPower Cause = "low-power"
	// OverBudget: the app has used the hourly budget of this kind of push.
	OverBudget Cause = "over-budget"
	// Unacknowledged: the connection ended before the acknowledgement.
	Unacknowledged Cause = "not-acknowledged"
	// Restarted: APNs was restarted; the push may have been sent before.
	Restarted Cause = "apns-restarted"
)

// passesFilter reports whether the push waits only for a change of the device's state or
// of the budget: the device is connected and its filter lets the push through.
func (c Cause) passesFilter() bool {
	return c == Inactive || c == Grouped || c == LowPower || c == OverBudget
}

// Further causes for which a push is dropped.
const (
	// DropExpired: its apns-expiration passed while it waited.
	DropExpired Cause = "expired"
	// DropReplaced: a newer push replaced it.
	DropReplaced Cause = "replaced"
	// DropIgnored: the topic is in the filter's list of ignored topics.
	DropIgnored Cause = "topic-ignored"
	// DropNoRecipient: the device has no such recipient, or has received the push before (ack 2).
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
	// DropAppRemoved: the token is retired, which is not reported yet.
	DropAppRemoved Cause = "app-removed"
	// DropUnsubscribed: the device left the channel before the message was sent.
	DropUnsubscribed Cause = "unsubscribed"
	// DropFault: a fault dropped it.
	DropFault Cause = "fault"
	// DropUnknownDevice: --accept-unknown made the provider API accept it for an unknown device.
	DropUnknownDevice Cause = "unknown-device"
	// DropDeviceDeleted: the device was deleted.
	DropDeviceDeleted Cause = "device-deleted"
	// DropBacklog: too many pushes wait for the device to add a broadcast.
	DropBacklog Cause = "too-many-waiting"
)
