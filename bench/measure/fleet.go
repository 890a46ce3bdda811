package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A fleet is devices connected to a simulator, each with the demo app.
type fleet struct {
	tokens []apns.DeviceToken // of the apps
	tally  atomic.Pointer[tally]

	stop   context.CancelFunc
	done   <-chan struct{} // closed with stop
	ending sync.WaitGroup
	mu     sync.Mutex
	err    error // the first failure of a device
}

// loginsAtOnce bounds how many devices log in at a time.
const loginsAtOnce = 8

// newFleet connects so many devices to the courier at address. They have their
// certificates from the simulator's own authority.
func newFleet(ctx context.Context, secrets *sim.Secrets, address string, count int) (*fleet, error) {
	f := &fleet{tokens: make([]apns.DeviceToken, count)}
	running, stop := context.WithCancel(ctx)
	f.stop, f.done = stop, running.Done()
	var joining sync.WaitGroup
	turns := make(chan struct{}, loginsAtOnce)
	for i := range count {
		turns <- struct{}{}
		joining.Go(func() {
			defer func() { <-turns }()
			if err := f.join(running, secrets, address, i); err != nil {
				f.fail(fmt.Errorf("device %d: %w", i, err))
			}
		})
	}
	joining.Wait()
	if err := f.failure(); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// join switches a device on and waits for the token of its app.
func (f *fleet) join(ctx context.Context, secrets *sim.Secrets, address string, i int) error {
	identity, err := secrets.PKI.IssueDevice(nil, fmt.Sprintf("bench device %d", i))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(secrets.PKI.Root.Certificate)
	d, err := device.New(device.Config{
		Identity: device.Identity{Chain: identity.Chain, Key: identity.Key},
		Topics:   []string{sim.DemoTopic},
		RootCAs:  roots,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		},
		Inbox:   -1,
		OnEvent: f.event,
	})
	if err != nil {
		return err
	}
	f.ending.Go(func() {
		if err := d.Run(ctx); err != nil {
			f.fail(fmt.Errorf("device %d: %w", i, err))
		}
	})
	f.tokens[i], err = d.Token(ctx, sim.DemoTopic)
	return err
}

// event is called from the goroutines of the devices.
func (f *fleet) event(e device.Event) {
	switch e.Kind {
	case device.EventNotification:
		f.tally.Load().receive(e.Notification.Payload)
	case device.EventConnectFailed, device.EventDisconnected, device.EventIdentityRefused:
		if e.Err != nil {
			f.fail(fmt.Errorf("a device: %w", e.Err))
		}
	case device.EventTurnedAway:
		f.fail(fmt.Errorf("a device has turned a push away with status %d", e.Status))
	}
}

// fail keeps the first failure, and hangs up: a benchmark of devices that come
// and go is none.
func (f *fleet) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
		f.stop()
	}
}

func (f *fleet) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// await waits until every push of t has arrived.
func (f *fleet) await(ctx context.Context, t *tally) error {
	select {
	case <-t.all:
		return nil
	case <-ctx.Done():
		return errors.Join(ctx.Err(), t.check())
	case <-f.done:
		return errors.Join(f.failure(), t.check())
	}
}

// close switches the devices off and returns the first failure there was.
func (f *fleet) close() error {
	f.stop()
	f.ending.Wait()
	return f.failure()
}
