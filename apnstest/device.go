package apnstest

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A Device is a phone with some apps, connected to the production environment.
type Device struct {
	server *Server
	phone  *device.Device
	stop   context.CancelFunc
	done   sync.WaitGroup
	failed error // of Run; read after done
}

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

// NewDevice activates a device, installs apps on it and waits until it is
// connected and its apps have their tokens. It leaves with the test.
func (s *Server) NewDevice(apps ...*App) *Device {
	s.tb.Helper()
	identity, err := s.started.Secrets.PKI.IssueDevice(nil, "")
	if err != nil {
		s.tb.Fatalf("apnstest: device certificate: %v", err)
	}
	topics := make([]string, len(apps))
	for i, app := range apps {
		topics[i] = app.Topic
	}
	phone, err := device.New(device.Config{
		Identity: device.Identity{Chain: identity.Chain, Key: identity.Key},
		Topics:   topics,
		RootCAs:  s.RootCAs,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", s.DeviceAddr)
		},
		ReconnectMin: 10 * time.Millisecond,
	})
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &Device{server: s, phone: phone, stop: stop}
	d.done.Go(func() { d.failed = phone.Run(ctx) })
	s.tb.Cleanup(d.close)
	for _, app := range apps {
		d.Token(app)
	}
	return d
}

func (d *Device) close() {
	d.stop()
	d.done.Wait()
	if d.failed != nil && !errors.Is(d.failed, context.Canceled) {
		d.server.tb.Errorf("apnstest: device: %v", d.failed)
	}
}

func (d *Device) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d.server.Config.Timeout)
}

// Token returns the device token of an app, in hex, as the app hands it to its
// provider. An app that is not on the device yet is installed.
func (d *Device) Token(app *App) string {
	d.server.tb.Helper()
	ctx, cancel := d.within()
	defer cancel()
	if err := d.phone.Install(app.Topic); err != nil {
		d.server.tb.Fatalf("apnstest: install %s: %v", app.Topic, err)
	}
	token, err := d.phone.Token(ctx, app.Topic)
	if err != nil {
		d.server.tb.Fatalf("apnstest: device token of %s: %v", app.Topic, err)
	}
	return token.String()
}

// Next returns the next notification that the device receives, waiting for it.
func (d *Device) Next() Notification {
	d.server.tb.Helper()
	ctx, cancel := d.within()
	defer cancel()
	n, err := d.phone.Next(ctx)
	if err != nil {
		d.server.tb.Fatalf("apnstest: no notification came within %v: %v", d.server.Config.Timeout, err)
	}
	return Notification{
		Topic: n.Topic, Payload: n.Payload, Token: n.DeviceToken.String(),
		Priority: int(n.Priority), FromStorage: n.FromStorage,
		Channel: n.Channel.String(),
	}
}

// Disconnect takes the device offline; notifications are stored for it.
func (d *Device) Disconnect() {
	d.server.tb.Helper()
	d.phone.Disconnect()
	d.await("go offline", d.gone)
}

// Connect takes the device online again and waits until it is.
func (d *Device) Connect() {
	d.server.tb.Helper()
	d.phone.Connect()
	d.await("come online", d.phone.Online)
}

// Uninstall deletes an app from the device, and lets APNs know: a push to its
// token is refused with Unregistered. Apple takes hours or days to say so; here
// it is at once, or after [Config].UnregisterDelay. If the app is installed
// again, it has another token.
func (d *Device) Uninstall(app *App) {
	d.phone.Remove(app.Topic)
	d.server.started.UninstallApp(tokenvault.Address(d.address()), app.Topic)
}

// Expire makes the token of an app expire: a push to it is refused with
// ExpiredToken, and the app has another one when it registers again.
func (d *Device) Expire(app *App) {
	d.server.started.ExpireToken(tokenvault.Address(d.address()), app.Topic)
}

func (d *Device) address() broker.Address { return broker.Address{Device: d.phone.ID()} }

// gone waits until the server has noticed that the device is offline.
func (d *Device) gone(ctx context.Context) error {
	for s := d.server.started; ; {
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
	d.server.tb.Helper()
	ctx, cancel := d.within()
	defer cancel()
	if err := f(ctx); err != nil {
		d.server.tb.Fatalf("apnstest: the device did not %s within %v: %v", what, d.server.Config.Timeout, err)
	}
}
