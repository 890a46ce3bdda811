package apnstest

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A Channel is a broadcast channel of an app.
type Channel struct {
	// ID is the value of apns-channel-id, in base64.
	ID string

	app *App
}

// NewChannel creates a broadcast channel that stores its most recent message for devices
// that subscribe later. Provider code can create channels at ChannelsURL.
func (a *App) NewChannel() *Channel {
	a.space.tb.Helper()
	return a.newChannel(apns.Production)
}

// NewSandboxChannel is NewChannel in the sandbox, managed at SandboxChannelsURL.
func (a *App) NewSandboxChannel() *Channel {
	a.space.tb.Helper()
	return a.newChannel(apns.Sandbox)
}

func (a *App) newChannel(env apns.Environment) *Channel {
	a.space.tb.Helper()
	c, err := a.space.server.simulator().Broker.CreateChannel(env, broker.AppIn(a.space.internal(), a.Topic), broker.MostRecent)
	if err != nil {
		a.space.tb.Fatalf("apnstest: channel of %s: %v", a.Topic, err)
	}
	return &Channel{ID: device.ChannelID(c.ID).String(), app: a}
}

// Subscribe subscribes the device to a channel and waits until APNs has
// accepted that. Broadcasts arrive by Next.
func (d *Device) Subscribe(c *Channel) {
	d.space.tb.Helper()
	id, err := device.ParseChannelID(c.ID)
	if err == nil {
		err = d.emulator().Subscribe(c.app.Topic, id)
	}
	if err != nil {
		d.space.tb.Fatalf("apnstest: subscribe to %s: %v", c.ID, err)
	}
	ctx, cancel := d.space.within()
	defer cancel()
	if err := d.emulator().Subscribed(ctx, c.app.Topic, id); err != nil {
		d.space.tb.Fatalf("apnstest: subscription to %s: %v", c.ID, err)
	}
}
