package apnstest

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A Device is a phone with some apps. It is connected to the courier over TLS, as
// real ones are; only its network is in memory.
type Device struct {
	space *Space
	env   apns.Environment
	phone *device.Device
	stop  context.CancelFunc
	done  sync.WaitGroup

	mu     sync.Mutex
	inbox  []Notification
	taken  int           // of the inbox, by Next
	erased bool          // it is another device at its next login
	reborn bool          // it has been connected as that one
	news   chan struct{} // closed and replaced when something happens
	failed error         // of Run
}

// NewDevice activates a device, installs apps on it and waits until it is
// connected to the production environment and its apps have their tokens. It
// leaves with the test.
func (s *Space) NewDevice(apps ...*App) *Device {
	s.tb.Helper()
	return s.newDevice(apns.Production, apps)
}

// NewSandboxDevice is NewDevice in the sandbox, where an app is while it is being
// developed.
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
	d := &Device{space: s, env: env, news: make(chan struct{})}
	var err error
	if d.phone, err = d.make(topics); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	d.done.Go(func() { d.failed = d.phone.Run(ctx) })
	s.tb.Cleanup(d.close)
	s.mu.Lock()
	s.devices = append(s.devices, d)
	s.mu.Unlock()
	for _, app := range apps {
		d.Token(app)
	}
	d.online()
	return d
}

func (d *Device) make(topics []string) (*device.Device, error) {
	s := d.space
	identity, err := s.server.sim.NewIdentity(s.TeamID, nil)
	if err != nil {
		return nil, err
	}
	return device.New(device.Config{
		Identity:    identity,
		Renew:       func(context.Context) (device.Identity, error) { return s.server.sim.NewIdentity(s.TeamID, nil) },
		Topics:      topics,
		Environment: d.env,
		RootCAs:     s.RootCAs,
		Dial:        func(ctx context.Context) (net.Conn, error) { return s.server.sim.DialCourier(ctx, d.env) },
		// The network never fails; a courier that hangs up is a fault or a rule.
		ReconnectMin: 10 * time.Millisecond,
		Inbox:        -1, // there is one here
		OnEvent:      d.note,
		Log:          s.server.Config.Log,
	})
}

func (d *Device) close() {
	d.stop()
	d.done.Wait()
	if d.failed != nil && !errors.Is(d.failed, context.Canceled) {
		d.space.tb.Errorf("apnstest: device: %v", d.failed)
	}
}

// note keeps what the device receives, and hears when an erased one is back.
func (d *Device) note(e device.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch e.Kind {
	case device.EventNotification:
		d.inbox = append(d.inbox, received(&e.Notification))
	case device.EventErased:
		d.erased = true
	case device.EventConnected:
		d.reborn = d.erased
	default:
		return
	}
	close(d.news)
	d.news = make(chan struct{})
}

// until waits until ready says true; it is called with mu held.
func (d *Device) until(ctx context.Context, ready func() bool) error {
	for {
		d.mu.Lock()
		ok, news := ready(), d.news
		d.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ID names the device in filters.
func (d *Device) ID() string { return d.phone.ID().String() }

// Environment is that of the device.
func (d *Device) Environment() apns.Environment { return d.env }

// Token returns the device token of an app, in hex, as the app hands it to its
// provider. An app that is not on the device yet is installed.
func (d *Device) Token(app *App) string {
	d.space.tb.Helper()
	ctx, cancel := d.space.within()
	defer cancel()
	if err := d.phone.Install(app.Topic); err != nil {
		d.space.tb.Fatalf("apnstest: install %s: %v", app.Topic, err)
	}
	token, err := d.phone.Token(ctx, app.Topic)
	if err != nil {
		d.space.tb.Fatalf("apnstest: device token of %s: %v", app.Topic, err)
	}
	return token.String()
}

// Uninstall deletes an app from the device, and lets APNs know: a push to its
// token is refused with Unregistered. Apple takes hours or days to say so; here
// it is at once, or after [Config].UnregisterDelay. If the app is installed
// again, it has another token.
func (d *Device) Uninstall(app *App) {
	d.phone.Remove(app.Topic)
	d.space.server.sim.UninstallApp(tokenvault.Address(d.address()), app.Topic)
}

// Expire makes the token of an app expire: a push to it is refused with
// ExpiredToken, and the app has another one when it registers again.
func (d *Device) Expire(app *App) {
	d.space.server.sim.ExpireToken(tokenvault.Address(d.address()), app.Topic)
}

func (d *Device) address() broker.Address {
	return broker.Address{Environment: d.env, Device: d.phone.ID()}
}

// Disconnect takes the device offline; notifications are stored for it.
func (d *Device) Disconnect() {
	d.space.tb.Helper()
	d.phone.Disconnect()
	d.await("go offline", d.gone)
}

// Crash takes the device offline in the middle of whatever is going on: what it has
// received and not acknowledged is sent again.
func (d *Device) Crash() {
	d.space.tb.Helper()
	d.phone.Reset()
	d.await("go offline", d.gone)
}

// Vanish takes the device offline without a word, as the loss of the radio does.
// APNs takes it for connected, and sends what nobody acknowledges, until it notices
// that nothing comes back, or the device is there again.
func (d *Device) Vanish() { d.phone.Vanish() }

// Connect takes the device online again and waits until it is.
func (d *Device) Connect() {
	d.space.tb.Helper()
	d.phone.Connect()
	d.online()
}

// Erase resets the device: it is another one afterwards, without apps, and with an
// empty inbox. Pushes to its old tokens are refused with Unregistered.
func (d *Device) Erase() {
	d.space.tb.Helper()
	d.mu.Lock()
	d.erased, d.reborn = false, false
	d.mu.Unlock()
	d.space.server.sim.EraseDevice(d.phone.ID())
	if err := d.phone.Erase(); err != nil {
		d.space.tb.Fatalf("apnstest: %v", err)
	}
	d.phone.Connect()
	d.await("come back after it was erased", func(ctx context.Context) error {
		return d.until(ctx, func() bool { return d.reborn })
	})
	d.mu.Lock()
	d.inbox, d.taken = nil, 0
	d.mu.Unlock()
}

// Lock switches the screen off: ten seconds later the device is not in use any more,
// and what is of priority 1 waits.
func (d *Device) Lock() { d.space.tb.Helper(); d.setPower(device.PowerLocked) }

// Unlock unlocks the device, which counts for ten minutes.
func (d *Device) Unlock() { d.space.tb.Helper(); d.setPower(device.PowerUnlocked) }

// Sleep lets the device sleep: what is of priority 1 waits.
func (d *Device) Sleep() { d.space.tb.Helper(); d.setPower(device.PowerAsleep) }

// Wake has the device in use all the time, as it is at first.
func (d *Device) Wake() { d.space.tb.Helper(); d.setPower(device.PowerOn) }

func (d *Device) setPower(power device.Power) {
	d.space.tb.Helper()
	if err := d.phone.SetPower(power); err != nil {
		d.space.tb.Fatalf("apnstest: %v", err)
	}
	d.sync()
}

// Forbid has the user forbid the notifications of an app. It keeps its token, and
// APNs accepts and drops what is sent to it.
func (d *Device) Forbid(app *App) { d.space.tb.Helper(); d.put(app, device.ListIgnored) }

// Allow has the user allow them again.
func (d *Device) Allow(app *App) { d.space.tb.Helper(); d.put(app, device.ListEnabled) }

func (d *Device) put(app *App, list device.List) {
	d.space.tb.Helper()
	if err := d.phone.Put(app.Topic, list); err != nil {
		d.space.tb.Fatalf("apnstest: %v", err)
	}
	d.sync()
}

// SetAckDelay lets acknowledgements wait: until then APNs counts a notification as
// sent, and not as delivered. Less than 0 is for ever, 0 is not at all.
func (d *Device) SetAckDelay(delay time.Duration) { d.phone.SetAckDelay(delay) }

// online waits until the device is connected, and the courier knows its apps.
func (d *Device) online() {
	d.space.tb.Helper()
	d.await("come online", d.phone.Online)
	d.sync()
}

// sync waits until the courier has taken notice.
func (d *Device) sync() {
	d.space.tb.Helper()
	d.await("tell the courier", d.phone.Sync)
}

// gone waits until the server has noticed that the device is offline.
func (d *Device) gone(ctx context.Context) error {
	for s := d.space.server.sim; ; {
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
