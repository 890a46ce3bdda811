package virtualdevice

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A Spec describes a new device.
type Spec struct {
	// Name distinguishes the devices of a seed; "" for others.
	Name        string
	Team        string
	Topics      []string
	Environment apns.Environment
	// Offline takes the device offline once its apps have their tokens.
	Offline bool
	// KeepAll keeps all notifications in the inbox, instead of the newest 1000.
	KeepAll bool
}

// numbers counts the devices of the process.
var numbers atomic.Uint64

// A Device is an emulated device with an inbox. Its methods may be called from any
// goroutine.
type Device struct {
	// Read-only.
	Spec
	registry *Registry
	number   uint64 // in the order of creation
	emulator *device.Device
	inbox    inbox
	saver    *state.Saver // may be nil

	// Guarded by the registry's mu.
	id      apns.DeviceID
	former  []apns.DeviceID // IDs it had before
	started bool

	saving  sync.Mutex // held while the device is saved: docs/lock-order.md
	isSaved bool       // guarded by saving
	removed bool       // guarded by saving

	mu          sync.Mutex
	erased      bool          // its next login is with another identity
	reconnected chan error    // receives the result of that login; nil while nobody waits
	newID       chan struct{} // closed when the ID has changed; nil if nobody waits
}

func (f *Registry) newDevice(o Spec) (*Device, error) {
	identity, err := f.activate(o.Team, o.Topics)
	if err != nil {
		return nil, err
	}
	return f.deviceOf(o, f.config(o, identity), numbers.Add(1))
}

// config configures the emulator of a device.
func (f *Registry) config(o Spec, identity device.Identity) device.Config {
	return device.Config{
		Identity:            identity,
		RetryAfterRejection: true,
		Renew:               func(context.Context) (device.Identity, error) { return f.activate(o.Team, nil) },
		Topics:              o.Topics,
		Environment:         o.Environment,
		RootCAs:             f.cfg.RootCAs,
		Dial:                func(ctx context.Context) (net.Conn, error) { return f.cfg.Dial(ctx, o.Environment) },
		// The network never fails; if the courier closes the connection, that is a fault or a rule.
		ReconnectMin: 10 * time.Millisecond,
		NextQueue:    -1, // this package has its own
		Workers:      f.workers,
		Log:          f.cfg.Log,
	}
}

// deviceOf returns a device that is not started.
func (f *Registry) deviceOf(o Spec, cfg device.Config, number uint64) (d *Device, err error) {
	d = &Device{Spec: o, registry: f, number: number, saver: f.cfg.Saver}
	d.inbox = inbox{unlimited: o.KeepAll, device: number, saver: f.cfg.Saver}
	cfg.OnEvent, cfg.Ack = d.note, d.receive
	if d.emulator, err = device.New(cfg); err != nil {
		return nil, err
	}
	d.id = d.emulator.ID()
	return d, nil
}

// receive keeps a notification before it is acknowledged.
func (d *Device) receive(n device.Notification) (status uint8) {
	d.inbox.add(n)
	return device.AckDelivered
}

// close stops the device and waits until it has stopped. It is called once.
func (d *Device) close() {
	defer d.registry.running.Done()
	d.emulator.Stop()
	d.emulator.Wait()
}

// note saves what the courier has told the device, and notes when an erased device is
// connected again.
func (d *Device) note(e device.Event) {
	switch e.Kind {
	case device.EventNotification:
		if e.Channel != "" { // its checkpoint has changed; the acknowledgement has not left yet
			d.saveAgain()
		}
	case device.EventBaseToken, device.EventToken, device.EventSubscribed, device.EventSubscriptionEnded:
		d.saveAgain()
	case device.EventErased:
		d.mu.Lock()
		d.erased = true
		d.mu.Unlock()
	case device.EventIdentity:
		d.registry.changeID(d)
		d.saveAgain()
		d.mu.Lock()
		if d.newID != nil {
			close(d.newID)
			d.newID = nil
		}
		d.mu.Unlock()
	case device.EventConnected, device.EventGivenUp:
		d.mu.Lock()
		if d.erased && d.reconnected != nil {
			d.reconnected <- e.Err
			d.reconnected = nil
		}
		d.mu.Unlock()
	}
}

// ID returns the device ID.
func (d *Device) ID() apns.DeviceID {
	d.registry.mu.Lock()
	defer d.registry.mu.Unlock()
	return d.id
}

// Number is the position of the device in the order of creation.
func (d *Device) Number() uint64 { return d.number }

// Emulator returns the emulated device, for what this package has no method for.
func (d *Device) Emulator() *device.Device { return d.emulator }

// Online reports whether the device is connected.
func (d *Device) Online() bool { return d.emulator.IsOnline() }

// GivenUp returns why the device no longer connects, if the courier kept rejecting it.
func (d *Device) GivenUp() error { return d.emulator.GivenUp() }

// Apps returns the installed apps with their tokens, in the order of installation.
func (d *Device) Apps() []device.App { return d.emulator.Apps() }

// HasApp reports whether an app is installed.
func (d *Device) HasApp(topic string) bool {
	return slices.ContainsFunc(d.Apps(), func(app device.App) bool { return app.Topic == topic })
}

// Power returns the power state.
func (d *Device) Power() device.Power { return d.emulator.Power() }

// Connect takes the device online and waits until it is connected.
func (d *Device) Connect(ctx context.Context) error {
	d.emulator.Connect()
	d.saveAgain()
	return d.emulator.Online(ctx)
}

// Disconnect takes the device offline and waits until it is disconnected.
func (d *Device) Disconnect() {
	d.emulator.Disconnect()
	d.saveAgain()
}

// Install installs an app and returns its token, which is "" while the device is offline.
func (d *Device) Install(ctx context.Context, topic string) (apns.DeviceToken, error) {
	if err := d.emulator.Install(topic); err != nil {
		return "", err
	}
	defer d.saveAgain()
	if !d.emulator.IsOnline() {
		return "", nil
	}
	return d.emulator.Token(ctx, topic)
}

// Uninstall removes an app. It reports whether the app was installed.
func (d *Device) Uninstall(topic string) bool {
	if !d.HasApp(topic) {
		return false
	}
	d.emulator.Remove(topic)
	d.saveAgain()
	return true
}

// Put puts an installed app on a list of the topic filter, and waits until the courier
// knows; if the device is offline, it tells the courier at its next login.
func (d *Device) Put(ctx context.Context, topic string, list device.List) error {
	if err := d.emulator.Put(topic, list); err != nil {
		return err
	}
	d.saveAgain()
	return d.emulator.Sync(ctx)
}

// SetPower sets the power state.
func (d *Device) SetPower(power device.Power) error {
	if err := d.emulator.SetPower(power); err != nil {
		return err
	}
	d.saveAgain()
	return nil
}

// Erase resets the device: it becomes another device, without apps and with an empty
// inbox. Erase waits until that one is online, and returns its ID.
func (d *Device) Erase(ctx context.Context) (apns.DeviceID, error) {
	before := d.ID()
	reconnected := make(chan error, 1)
	d.mu.Lock()
	d.reconnected, d.erased = reconnected, false
	d.mu.Unlock()
	if err := d.emulator.Erase(); err != nil {
		return before, err
	}
	d.emulator.Connect()
	select {
	case err := <-reconnected:
		if err != nil {
			return d.ID(), fmt.Errorf("the erased device did not reconnect: %w", err)
		}
	case <-d.registry.ctx.Done():
		return before, errClosed
	case <-ctx.Done():
		return before, fmt.Errorf("the erased device did not reconnect: %w", ctx.Err())
	}
	d.ClearInbox()
	return d.ID(), nil
}

// AwaitNewID waits until the device has another ID than before and is online with it, and
// returns that ID.
func (d *Device) AwaitNewID(ctx context.Context, before apns.DeviceID) (apns.DeviceID, error) {
	for {
		d.mu.Lock()
		if d.newID == nil {
			d.newID = make(chan struct{})
		}
		renamed := d.newID
		d.mu.Unlock()
		if now := d.ID(); now != before {
			return now, d.emulator.Online(ctx)
		}
		select {
		case <-renamed:
		case <-d.registry.ctx.Done():
			return before, errClosed
		case <-ctx.Done():
			return before, fmt.Errorf("the device did not reconnect with another ID: %w", ctx.Err())
		}
	}
}

// Restore takes the device back to its specification: in use, with its apps, all of them allowed to
// notify, and an empty inbox, and online unless the specification says otherwise. Other installed apps stay.
func (d *Device) Restore(ctx context.Context) error {
	if err := d.SetPower(device.PowerOn); err != nil {
		return err
	}
	if err := d.Connect(ctx); err != nil {
		return fmt.Errorf("the device does not come online: %w", err)
	}
	for _, topic := range d.Topics {
		if _, err := d.Install(ctx, topic); err != nil { // waits for the token if it is installed
			return fmt.Errorf("the device gets no token for %s: %w", topic, err)
		}
	}
	for _, app := range d.Apps() {
		if err := d.Put(ctx, app.Topic, device.ListEnabled); err != nil {
			return fmt.Errorf("%s is not allowed to notify again: %w", app.Topic, err)
		}
	}
	if d.Offline {
		d.Disconnect()
	}
	d.ClearInbox()
	return nil
}

// Received returns the notifications in the inbox after a number, oldest first.
func (d *Device) Received(after uint64) []Received { return d.inbox.after(after) }

// InboxLen returns the number of notifications in the inbox.
func (d *Device) InboxLen() int { return d.inbox.len() }

// ClearInbox empties the inbox. Numbers continue.
func (d *Device) ClearInbox() {
	d.inbox.clear()
	d.saveAgain()
}
