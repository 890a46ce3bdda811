package apnstest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// A Device is a device with some apps. It connects to the courier over TLS, as real
// devices do; only its network is in memory.
type Device struct {
	space   *Space
	virtual atomic.Pointer[virtualdevice.Device] // another one after Restart

	mu   sync.Mutex
	last uint64 // the number of the notification that Next has returned last
}

// NewDevice activates a device, installs apps on it, and waits until it is connected to the
// production environment and its apps have their tokens. It ends with the test.
func (s *Space) NewDevice(apps ...*App) *Device {
	s.tb.Helper()
	return s.newDevice(apns.Production, apps)
}

// NewSandboxDevice is NewDevice in the sandbox, the environment of apps in development.
func (s *Space) NewSandboxDevice(apps ...*App) *Device {
	s.tb.Helper()
	return s.newDevice(apns.Sandbox, apps)
}

func (s *Space) newDevice(env apns.Environment, apps []*App) *Device {
	s.tb.Helper()
	topics := make([]string, len(apps))
	for i, app := range apps {
		topics[i] = app.Topic
	}
	ctx, cancel := s.within()
	defer cancel()
	virtual, err := s.server.simulator().DeviceControl.Virtual.Add(ctx, virtualdevice.Spec{Team: s.TeamID, Topics: topics, Environment: env, KeepAll: true})
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	d := &Device{space: s}
	d.virtual.Store(virtual)
	s.tb.Cleanup(d.close)
	s.mu.Lock()
	s.devices = append(s.devices, d)
	s.mu.Unlock()
	d.sync()
	return d
}

func (d *Device) close() {
	if err := d.current().GivenUp(); err != nil {
		d.space.tb.Errorf("apnstest: device: %v", err)
	}
	d.space.server.simulator().DeviceControl.RemoveDevice(d.current().ID())
}

// current is the device inside the simulator that runs now.
func (d *Device) current() *virtualdevice.Device { return d.virtual.Load() }

// emulator is the emulated device itself.
func (d *Device) emulator() *device.Device { return d.current().Emulator() }

// ID returns the device ID, for [ByDevice].
func (d *Device) ID() string { return d.current().ID().String() }

// Environment is that of the device.
func (d *Device) Environment() apns.Environment { return d.current().Environment }

// Token returns the device token of an app, in hex, as the app sends it to its provider.
// It installs the app if necessary.
func (d *Device) Token(app *App) string {
	d.space.tb.Helper()
	ctx, cancel := d.space.within()
	defer cancel()
	if err := d.emulator().Install(app.Topic); err != nil {
		d.space.tb.Fatalf("apnstest: install %s: %v", app.Topic, err)
	}
	token, err := d.emulator().Token(ctx, app.Topic)
	if err != nil {
		d.space.tb.Fatalf("apnstest: device token of %s: %v", app.Topic, err)
	}
	return token.String()
}

// Uninstall removes an app from the device: a push to its token is rejected with
// Unregistered, at once or after [Config].UnregisterDelay. Apple takes hours or days. If
// the app is installed again, it gets another token.
func (d *Device) Uninstall(app *App) {
	d.emulator().Remove(app.Topic)
	d.space.server.simulator().DeviceControl.UninstallApp(tokenvault.Address(d.address()), app.Topic)
}

// Rotate gives an app another device token and returns it: a push to the former one is
// rejected with Unregistered, at once or after [Config].UnregisterDelay.
func (d *Device) Rotate(app *App) string {
	d.space.tb.Helper()
	d.tell("rotate", app.Topic)
	return d.Token(app)
}

// Expire makes the token of an app expire: a push to it is rejected with ExpiredToken. The
// app gets another token when it registers again.
func (d *Device) Expire(app *App) {
	d.space.server.simulator().DeviceControl.ExpireToken(tokenvault.Address(d.address()), app.Topic)
}

func (d *Device) address() broker.Address {
	return broker.Address{Environment: d.current().Environment, Device: d.current().ID()}
}

// Disconnect takes the device offline; pushes are stored for it.
func (d *Device) Disconnect() {
	d.space.tb.Helper()
	d.emulator().Disconnect()
	d.await("go offline", d.offline)
}

// Reset takes the device offline with a TCP reset. Notifications that it has received but
// not acknowledged are sent again.
func (d *Device) Reset() {
	d.space.tb.Helper()
	d.emulator().Reset()
	d.await("go offline", d.offline)
}

// Vanish makes the device silent, as when it loses the network. APNs considers it connected
// and sends to it, until a timeout or until the device connects again.
func (d *Device) Vanish() { d.emulator().Vanish() }

// Connect takes the device online and waits until it is connected.
func (d *Device) Connect() {
	d.space.tb.Helper()
	d.emulator().Connect()
	d.online()
}

// Erase erases the device: it becomes another device, without apps and with an empty
// inbox. Pushes to its old tokens are rejected with Unregistered.
func (d *Device) Erase() {
	d.space.tb.Helper()
	d.space.server.simulator().DeviceControl.EraseDevice(d.current().ID())
	d.await("come back after it was erased", func(ctx context.Context) error {
		_, err := d.current().Erase(ctx)
		return err
	})
}

// Revoke has the courier reject every certificate for the key of the device. The device
// comes back with another key, as another device with the same apps.
func (d *Device) Revoke() {
	d.space.tb.Helper()
	d.tell("revoke", "")
}

// tell does one of the device actions of the control API.
func (d *Device) tell(action, topic string) {
	d.space.tb.Helper()
	d.await("finish the action "+action, func(ctx context.Context) error {
		_, err := d.space.server.simulator().DeviceControl.TellDevice(ctx, d.current().ID(), action, topic)
		return err
	})
}

// Lock switches the screen off. Ten seconds later the device is no longer in use, and
// pushes of priority 1 wait.
func (d *Device) Lock() { d.space.tb.Helper(); d.setPower(device.PowerLocked) }

// Unlock unlocks the device. It is in use for ten minutes.
func (d *Device) Unlock() { d.space.tb.Helper(); d.setPower(device.PowerUnlocked) }

// Sleep puts the device to sleep. Pushes of priority 1 wait.
func (d *Device) Sleep() { d.space.tb.Helper(); d.setPower(device.PowerAsleep) }

// Wake makes the device always in use, which is the initial state.
func (d *Device) Wake() { d.space.tb.Helper(); d.setPower(device.PowerOn) }

func (d *Device) setPower(power device.Power) {
	d.space.tb.Helper()
	if err := d.emulator().SetPower(power); err != nil {
		d.space.tb.Fatalf("apnstest: %v", err)
	}
	d.sync()
}

// Forbid disallows notifications of an app, as users can in Settings. The app keeps its
// token, and APNs accepts and drops pushes to it.
func (d *Device) Forbid(app *App) { d.space.tb.Helper(); d.put(app, device.ListIgnored) }

// Allow allows notifications of an app again.
func (d *Device) Allow(app *App) { d.space.tb.Helper(); d.put(app, device.ListEnabled) }

func (d *Device) put(app *App, list device.List) {
	d.space.tb.Helper()
	if err := d.emulator().Put(app.Topic, list); err != nil {
		d.space.tb.Fatalf("apnstest: %v", err)
	}
	d.sync()
}

// SetAckDelay delays acknowledgements. Until then a push is sent but not
// delivered. A negative delay never acknowledges.
func (d *Device) SetAckDelay(delay time.Duration) { d.emulator().SetAckDelay(delay) }

// online waits until the device is connected, and the courier knows its apps.
func (d *Device) online() {
	d.space.tb.Helper()
	d.await("come online", d.emulator().Online)
	d.sync()
}

// sync waits until the courier has processed what the device sent.
func (d *Device) sync() {
	d.space.tb.Helper()
	d.await("synchronize with the courier", d.emulator().Sync)
}

// offline waits until the server has noticed that the device is offline.
func (d *Device) offline(ctx context.Context) error {
	for s := d.space.server.simulator(); ; {
		cursor := s.Journal.Last()
		if !s.Broker.Connected(d.address()) {
			return nil
		}
		if err := s.Journal.Wait(ctx, cursor); err != nil {
			return err
		}
	}
}

func (d *Device) await(what string, f func(context.Context) error) {
	d.space.tb.Helper()
	ctx, cancel := d.space.within()
	defer cancel()
	if err := f(ctx); err != nil {
		d.space.tb.Fatalf("apnstest: the device did not %s within %v: %v", what, d.space.server.Config.Timeout, err)
	}
}
