package broker

import "github.com/apns-sim/apns-sim/internal/journal"

// A LogEntry is an event in the words of Apple's Delivery Log.
type LogEntry struct {
	// Label is the name of the event, as on the charts of the Push Notifications
	// Console.
	Label string
	// Text explains it in a sentence.
	Text string
}

// The names on the console's charts (observed: a transcript of them; Apple
// publishes no list).
const (
	logReceived        = "Received by APNs"
	logDelivered       = "Delivered to Device"
	logOffline         = "Stored - Device Offline"
	logPower           = "Stored - Power Considerations"
	logUnregistered    = "Discarded - Token Unregistered"
	logExpired         = "Discarded - Expired"
	logDisabled        = "Discarded - Disabled"
	logFromStorage     = " (From Storage)"
	logDiscarded       = "Discarded" // for causes that the console has no name for
	logStored          = "Stored"
	explainedElsewhere = "The cause in the record explains it."
)

// byCause is the one table of the entries for a cause, of storing or of dropping.
var byCause = map[Cause]LogEntry{
	Offline:        {logOffline, "The device has no connection; the push waits for it."},
	Unacknowledged: {logOffline, "The connection ended before the device had acknowledged the push; it is sent again."},
	Restarted:      {logOffline, "APNs was restarted; the push may have been sent before, and is sent with the same timestamp."},
	NotEnabled:     {logStored, "The device has not enabled the topic; the push waits until it does."},
	Paused:         {logPower, "The device has paused the topic."},
	Inactive:       {logPower, "The device is not in use, and the push must not wake it."},
	Grouped:        {logPower, "The device is not in use; pushes of low priority are delivered together."},
	LowPower:       {logPower, "The device is in low power mode, and the priority of the push is not 10."},
	OverBudget:     {logPower, "The app has used its hourly budget for pushes of this kind."},

	DropExpired:       {logExpired, "Its apns-expiration passed while it waited."},
	DropReplaced:      {logDiscarded + " - Replaced", "A newer push replaced it in storage."},
	DropIgnored:       {logDisabled, "The device has disabled the topic."},
	DropNoRecipient:   {logDiscarded + " - No Recipient", "The device has no such recipient, or has received an equal push before."},
	DropUnknownTopic:  {logUnregistered, "The device does not know the topic."},
	DropTokenRemoved:  {logUnregistered, "The app was removed from the device."},
	DropUnregistered:  {logUnregistered, "The token was retired while the push waited."},
	DropNeverEnabled:  {logUnregistered, "The device has not listed the topic for so long that the app counts as removed."},
	DropAppRemoved:    {logUnregistered, "The app was removed from the device; its token is reported later."},
	DropUnparsable:    {logDiscarded + " - Unparsable", "The device could not parse the payload."},
	DropRefused:       {logDiscarded + " - Refused", "The device rejected the push with its acknowledgement."},
	DropUnsubscribed:  {logDiscarded + " - Unsubscribed", "The device left the channel before the message was sent."},
	DropDeviceDeleted: {logDiscarded + " - Deleted", "The device was deleted."},
	DropBacklog:       {logDiscarded + " - Too Many Waiting", "Too many pushes wait for the device already."},
	DropUnknownDevice: {logDiscarded + " - Nobody", "It was accepted for an unknown device, because of --accept-unknown."},
	DropFault:         {logDiscarded + " - Fault", "A fault rule dropped it."},
}

// Explain returns the entry of the Delivery Log for an event of a push. A push that was
// stored before is delivered, or discarded, from storage. A push that must not be stored
// is discarded for the cause for which it would have been stored.
func Explain(kind journal.Kind, cause string, stored bool) LogEntry {
	var e LogEntry
	switch kind {
	case journal.Received:
		return LogEntry{logReceived, "The request was read."}
	case journal.Rejected:
		return LogEntry{"Rejected by APNs", "APNs rejected the push; the response has the reason unless a fault changes it."}
	case journal.Accepted:
		return LogEntry{"Accepted by APNs", "APNs accepted the push; the response is 200 unless a fault changes it."}
	case journal.Sent:
		if e, ok := sentAgain[Cause(cause)]; ok {
			return e
		}
		return LogEntry{"Sent to Device", "The push was passed to the device's session, which writes it to the connection."}
	case journal.Faulted:
		return LogEntry{"Fault", "A fault rule was applied; the cause names it."}
	case journal.Failure:
		return LogEntry{"Failed before a push was read", "The request or the connection failed; the cause and the detail explain it."}
	case journal.Delivered:
		e = LogEntry{logDelivered, "The device acknowledged it."}
	case journal.Stored:
		if e, ok := byCause[Cause(cause)]; ok {
			return e
		}
		return LogEntry{logStored, explainedElsewhere}
	case journal.Dropped:
		e = discarded(Cause(cause))
	default:
		return LogEntry{}
	}
	if stored {
		e.Label += logFromStorage
	}
	return e
}

// sentAgain are the entries of a push that was sent before, by the causes of [journal.Sent].
var sentAgain = map[Cause]LogEntry{
	Unacknowledged: {"Sent to Device Again", "The push was sent before, on a connection that ended without the acknowledgement. The timestamp is the same, by which the device recognizes a duplicate."},
	Restarted:      {"Sent to Device After Restart", "APNs was restarted; the push may have been sent before. The timestamp is the same, by which the device recognizes a duplicate."},
}

// storing are the causes for which a push is stored, and discarded if it must
// not be: "If the value is 0, APNs attempts to deliver the notification only
// once."
var storing = map[Cause]string{
	Offline: "Device Offline", Unacknowledged: "Device Offline", Restarted: "Device Offline", NotEnabled: "Not Enabled", Paused: "Power Considerations",
	Inactive: "Power Considerations", Grouped: "Power Considerations", LowPower: "Power Considerations", OverBudget: "Power Considerations",
}

func discarded(cause Cause) LogEntry {
	e, ok := byCause[cause]
	if !ok {
		return LogEntry{logDiscarded, explainedElsewhere}
	}
	if cause, ok := storing[cause]; ok {
		return LogEntry{logDiscarded + " - " + cause, "It could not be delivered at once, and its expiration forbids storing it."}
	}
	return e
}
