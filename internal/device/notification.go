package device

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Notification is a push as the device got it.
type Notification struct {
	// Topic is the app it is for.
	Topic string
	// Channel is the one it was sent to; "" if it was sent to the device alone.
	Channel ChannelID
	// DeviceToken is the token it was sent to: the app's, or the base token.
	DeviceToken apns.DeviceToken
	// Payload is the provider's body, byte for byte. It belongs to the receiver.
	Payload []byte
	// ID is the courier's message id on this connection.
	ID uint32
	// ProviderID is the apns-id, if the courier tells it in the tracing id; "" if not.
	ProviderID string
	// Timestamp is when APNs took it, unique per device to the nanosecond.
	Timestamp time.Time
	// Priority is 10 if the courier named none.
	Priority apns.Priority
	// Expiry is until when APNs would have kept it; zero if not at all.
	Expiry time.Time
	// FromStorage says that it had waited for the device.
	FromStorage bool
}
