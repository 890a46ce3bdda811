package loadgen

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

const (
	// defaultWorkers is how many devices are activated at a time: signing is work for
	// a processor, and more of them only wait.
	defaultWorkers = 8
	// defaultLogins is how many first logins are under way at a time. More than the
	// server can verify would run into the device's own time limit of 30 seconds.
	defaultLogins = 64
	// defaultIDField is the field of a payload that names the push.
	defaultIDField = "id"
)

// Config describes a fleet. Count, Activate, Dial and the RootCAs and Topics of Device
// are required; the zero value of everything else is the useful one.
type Config struct {
	// Count is the number of devices.
	Count int
	// Device is what all devices have in common. Identity, Renew, RetryRenew, Token, Tokens,
	// Dial, OnEvent, Trace and NextQueue are the fleet's own.
	Device device.Config

	// Activate gets a device certificate for a key. was is the device's ID
	// before it was erased, zero if there was none. A failure ends the run, except for a
	// device that has had a certificate: that one tries again.
	Activate func(ctx context.Context, key crypto.Signer, was apns.DeviceID) (device.Identity, error)
	// Dial opens a connection to the courier for the device with a number, from 0. The
	// host is that of a redirect, or "".
	Dial func(ctx context.Context, number int, host string) (net.Conn, error)
	// Store keeps identities and tokens across runs; nil keeps nothing.
	Store *Store
	// Workers is how many devices are activated at a time; 0 means 8.
	Workers int
	// Logins is how many devices log in for the first time at a time; 0 means 64.
	Logins int

	// Ramp is the pace of the first logins; zero means as fast as they go.
	Ramp Ramp
	// Churn is the rate of actions on random devices, once all have been started.
	Churn Churn
	// Down is the maximum time until an action of Churn is undone; 0 means 2 seconds. Each
	// lasts a random part of it.
	Down time.Duration
	// Script is what happens at which time after the first login.
	Script Script
	// Seed decides everything random.
	Seed uint64

	// IDField is the field of a payload by which a push is known again; "" is "id". A
	// payload without it is not looked at for duplicates.
	IDField string
	// Record takes one JSON line for each token and each notification; nil means none.
	// See [Entry].
	Record io.Writer
	// OnEvent is called with the events of each device, from many goroutines at a time. It
	// must not wait for a device.
	OnEvent func(apns.DeviceID, device.Event)

	// Log takes what only a developer wants to know; nil is silent.
	Log *slog.Logger
}

// check rejects a configuration that cannot work.
func (c *Config) check() error {
	switch {
	case c.Count < 1:
		return fmt.Errorf("%d devices are no fleet; use 1 or more", c.Count)
	case c.Activate == nil:
		return errors.New("set Config.Activate, which gives the devices their certificates")
	case c.Dial == nil:
		return errors.New("set Config.Dial to reach a courier")
	case len(c.Device.Topics) == 0:
		return errors.New("name an app in Config.Device.Topics")
	}
	return nil
}

// setDefaults fills in what was left zero.
func (c *Config) setDefaults() {
	setDefault(&c.Workers, defaultWorkers)
	setDefault(&c.Logins, defaultLogins)
	setDefault(&c.Down, 2*time.Second)
	setDefault(&c.IDField, defaultIDField)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.OnEvent == nil {
		c.OnEvent = func(apns.DeviceID, device.Event) {}
	}
	if c.Store == nil {
		c.Store = new(Store)
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
