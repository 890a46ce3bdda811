package apnstest

import "github.com/apns-sim/apns-sim/internal/device"

// A Notification is what a device received.
type Notification struct {
	// Topic is the app's topic.
	Topic string
	// Payload is the body of the provider's request, byte for byte.
	Payload []byte
	// Token is the device token it was sent to, in hex.
	Token string
	// Priority is 10, 5 or 1.
	Priority int
	// FromStorage is true if it was stored while the device was offline.
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

// Next returns the next notification that the device receives, and waits for it.
func (d *Device) Next() Notification {
	d.space.tb.Helper()
	ctx, cancel := d.space.within()
	defer cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	got, err := d.current().Await(ctx, d.last, 1)
	if err != nil {
		d.space.tb.Fatalf("apnstest: no notification came within %v: %v", d.space.server.Config.Timeout, err)
	}
	d.last = got[0].Number
	return received(&got[0].Notification)
}

// Inbox returns all notifications that the device has received so far, including those
// that Next has returned. It does not wait.
func (d *Device) Inbox() []Notification {
	got := d.current().Received(0)
	list := make([]Notification, len(got))
	for i := range got {
		list[i] = received(&got[i].Notification)
	}
	return list
}
