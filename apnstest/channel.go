package apnstest

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A Channel is a broadcast channel of an app in the production environment.
type Channel struct {
	// ID is what a provider puts into apns-channel-id, in base64.
	ID string

	app *App
}

// NewChannel creates a broadcast channel that keeps its most recent message
// for devices that come later. Provider code that creates channels itself
// does so at ChannelsURL.
func (a *App) NewChannel() *Channel {
	a.server.tb.Helper()
	c, err := a.server.started.Broker.CreateChannel(apns.Production, broker.AppIn(nil, a.Topic), broker.MostRecent)
	if err != nil {
		a.server.tb.Fatalf("apnstest: channel of %s: %v", a.Topic, err)
	}
	return &Channel{ID: device.ChannelID(c.ID).String(), app: a}
}

// Subscribe subscribes the device to a channel and waits until APNs has
// accepted that. Broadcasts arrive by Next.
func (d *Device) Subscribe(c *Channel) {
	d.server.tb.Helper()
	id, err := device.ParseChannelID(c.ID)
	if err == nil {
		err = d.phone.Subscribe(c.app.Topic, id)
	}
	if err != nil {
		d.server.tb.Fatalf("apnstest: subscribe to %s: %v", c.ID, err)
	}
	ctx, cancel := d.within()
	defer cancel()
	if err := d.phone.Subscribed(ctx, c.app.Topic, id); err != nil {
		d.server.tb.Fatalf("apnstest: subscription to %s: %v", c.ID, err)
	}
}
