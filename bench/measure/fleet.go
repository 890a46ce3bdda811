package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A fleet is devices connected to a simulator, each with the demo app.
type fleet struct {
	tokens       []apns.DeviceToken // of the apps
	counts       atomic.Pointer[counts]
	pollers      *pollers       // of benchmark devices
	benchDevices []*benchDevice // the benchmark devices, as tokens

	subscribed atomic.Int64 // how many subscriptions were accepted

	running context.Context // ends with stop
	stop    context.CancelFunc
	done    <-chan struct{} // closed with stop
	ending  sync.WaitGroup
	mu      sync.Mutex
	err     error // the first failure of a device
}

// loginsAtOnce bounds how many devices log in at a time.
const loginsAtOnce = 8

// newFleet connects so many devices to the courier at address. They have their
// certificates from the simulator's own authority.
func newFleet(ctx context.Context, secrets *keystore.Secrets, address string, count int) (*fleet, error) {
	f := emptyFleet(ctx)
	return f, f.grow(count, func(i int) error { return f.join(f.running, secrets, address, i) })
}

func emptyFleet(ctx context.Context) *fleet {
	f := &fleet{pollers: newPollers()}
	f.running, f.stop = context.WithCancel(ctx)
	f.done = f.running.Done()
	return f
}

// grow adds devices until there are count of them. If one fails, all are switched
// off.
func (f *fleet) grow(count int, join func(i int) error) error {
	first := len(f.tokens)
	f.tokens = append(f.tokens, make([]apns.DeviceToken, count-first)...)
	f.benchDevices = append(f.benchDevices, make([]*benchDevice, count-first)...)
	var joining sync.WaitGroup
	alternate := make(chan struct{}, loginsAtOnce)
	for i := first; i < count; i++ {
		alternate <- struct{}{}
		joining.Go(func() {
			defer func() { <-alternate }()
			if err := join(i); err != nil {
				f.fail(fmt.Errorf("device %d: %w", i, err))
			}
		})
	}
	joining.Wait()
	if err := f.failure(); err != nil {
		return errors.Join(err, f.close())
	}
	return nil
}

// join switches a device on and waits for the token of its app.
func (f *fleet) join(ctx context.Context, secrets *keystore.Secrets, address string, i int) error {
	identity, err := secrets.PKI.IssueDevice(nil, fmt.Sprintf("bench device %d", i))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(secrets.PKI.Root.Certificate)
	d, err := device.New(device.Config{
		Identity: device.Identity{Chain: identity.Chain, Key: identity.Key},
		Topics:   []string{sim.DefaultTopic},
		RootCAs:  roots,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		},
		NextQueue: -1,
		OnEvent:   func(e device.Event) { f.event(i, e) },
	})
	if err != nil {
		return err
	}
	f.ending.Go(func() {
		if err := d.Run(ctx); err != nil {
			f.fail(fmt.Errorf("device %d: %w", i, err))
		}
	})
	f.tokens[i], err = d.Token(ctx, sim.DefaultTopic)
	return err
}

// event is called from the goroutines of the devices.
func (f *fleet) event(number int, e device.Event) {
	switch e.Kind {
	case device.EventNotification:
		f.counts.Load().receive(number, e.Notification.Payload)
	case device.EventConnectFailed, device.EventDisconnected, device.EventIdentityRejected:
		if e.Err != nil {
			f.fail(fmt.Errorf("a device: %w", e.Err))
		}
	case device.EventNotificationRejected:
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

// graceTime is how long what comes too often has to come after what comes once.
const graceTime = 200 * time.Millisecond

// verdict looks a moment later whether every push of t has arrived once.
func (f *fleet) verdict(t *counts) error {
	time.Sleep(graceTime)
	return errors.Join(f.failure(), t.check())
}

// await waits until every push of t has arrived.
func (f *fleet) await(ctx context.Context, t *counts) error {
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
