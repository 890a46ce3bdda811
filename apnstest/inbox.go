package apnstest

import (
	"slices"

	"github.com/apns-sim/apns-sim/internal/device"
)

// A Notification is what a device received.
type Notification struct {
	// Topic is the app it is for.
	Topic string
	// Payload is the body of the provider's request, byte for byte.
	Payload []byte
	// Token is the device token it was sent to, in hex.
	Token string
	// Priority is 10, 5 or 1.
	Priority int
	// FromStorage says that it waited while the device was away.
	FromStorage bool
	// Channel is the broadcast channel it came through, in base64; "" if it was
	// sent to the device alone.
	Channel string
}

func received(n *device.Notification) Notification {
	return Notification{
		Topic: n.Topic, Payload: n.Payload, Token: n.DeviceToken.String(),
		Priority: int(n.Priority), FromStorage: n.FromStorage,
		Channel: n.Channel.String(),
	}
}

// Next returns the next notification that the device receives, waiting for it.
func (d *Device) Next() Notification {
	d.space.tb.Helper()
	ctx, cancel := d.space.within()
	defer cancel()
	if err := d.until(ctx, func() bool { return d.taken < len(d.inbox) }); err != nil {
		d.space.tb.Fatalf("apnstest: no notification came within %v: %v", d.space.server.Config.Timeout, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken++
	return d.inbox[d.taken-1]
}

// Inbox returns all that the device has received so far, those that Next has
// returned included. It does not wait.
func (d *Device) Inbox() []Notification {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.inbox)
}
