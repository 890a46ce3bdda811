package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/loadgen"
)

// A fleetRun is one run of the command fleet.
type fleetRun struct {
	*fleetCmd
	control *control
	out     *fleetReport
	fleet   *loadgen.Fleet
	stop    context.CancelCauseFunc

	connected atomic.Bool // some device, at least once
	received  atomic.Int64
}

// errExpectedReceived ends a run that has received the expected notifications.
var errExpectedReceived = errors.New("received as many notifications as expected")

// fail ends the run with a failure.
func (r *fleetRun) fail(err error) {
	if err == nil {
		return
	}
	if _, ok := errors.AsType[*failure](err); !ok {
		err = &failure{code: exitFailure, err: err}
	}
	r.stop(err)
}

func (r *fleetRun) run(ctx context.Context, std streams, log *slog.Logger) (err error) {
	roots, err := trustedRoots(ctx, r.CA, r.control)
	if err != nil {
		return interrupted(ctx, err)
	}
	store, err := r.openStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	record, closeRecord, err := r.openRecord(std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRecord()) }()
	r.fleet, err = loadgen.New(loadgen.Config{
		Count: r.Count,
		Device: device.Config{
			Topics: r.Topic, Environment: r.Environment, Style: r.style, RootCAs: roots, AckDelay: r.ackDelay,
			ReconnectMin: min(reconnectMin, r.ReconnectMax), ReconnectMax: r.ReconnectMax, Log: log,
		},
		Activate: func(ctx context.Context, key crypto.Signer, was apns.DeviceID) (device.Identity, error) {
			return r.control.activate(ctx, key, "", r.Topic, was)
		},
		Dial: r.dial, Store: store, Logins: r.Logins, Ramp: r.ramp, Churn: r.churn, Down: r.Down, Script: r.script,
		Seed: r.Seed, IDField: r.IDField, Record: record, OnEvent: r.event, Log: log,
	})
	if err != nil {
		return err
	}
	return r.watched(ctx)
}

// watched runs the fleet and reports its progress.
func (r *fleetRun) watched(ctx context.Context) error {
	if r.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Duration)
		defer cancel()
	}
	running, done := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { r.watch(running) })
	err := r.fleet.Run(ctx)
	done()
	watching.Wait()
	err = errors.Join(err, r.writeTokens())
	summary := r.fleet.Summary()
	r.out.end(summary)
	if failed := interrupted(ctx, nil); failed != nil {
		return errors.Join(failed, err)
	}
	if err != nil {
		return err
	}
	return r.verdict(summary)
}

// watch reports the progress and writes the list of tokens, until ctx ends.
func (r *fleetRun) watch(ctx context.Context) {
	progress := time.NewTicker(r.Interval)
	defer progress.Stop()
	tokensTicker := time.NewTicker(tokensInterval)
	defer tokensTicker.Stop()
	changed := true
	for {
		select {
		case <-progress.C:
			r.out.progress(r.fleet.Summary())
		case <-r.fleet.Changed():
			changed = true
		case <-tokensTicker.C:
			if changed {
				r.fail(r.writeTokens())
			}
			changed = false
		case <-ctx.Done():
			return
		}
	}
}

// event reports an event, and ends the run if the event does.
func (r *fleetRun) event(id apns.DeviceID, e device.Event) {
	switch e.Kind {
	case device.EventConnected:
		r.connected.Store(true)
	case device.EventConnectFailed:
		if !r.connected.Load() && !device.Redirected(e.Err) {
			r.fail(firstConnectFailed(r.Server, e.Err))
		}
	case device.EventNotification:
		if r.received.Add(1) == r.Expect {
			r.stop(errExpectedReceived)
		}
	}
	r.out.event(id, e)
}

func (r *fleetRun) openStore() (*loadgen.Store, error) {
	if r.State == "" {
		return new(loadgen.Store), nil
	}
	store, err := loadgen.OpenStore(r.State)
	if err != nil {
		return nil, fmt.Errorf("--state: %w", err)
	}
	return store, nil
}

// openRecord opens the file of the record; nil if there is none.
func (r *fleetRun) openRecord(std streams) (io.Writer, func() error, error) {
	switch r.Record {
	case "":
		return nil, func() error { return nil }, nil
	case "-":
		return r.out.shared(std.stdout), func() error { return nil }, nil
	}
	file, err := os.OpenFile(r.Record, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("--record: %w", err)
	}
	return file, file.Close, nil
}

// maxSources is how many addresses 127.0.0.x has.
const maxSources = 254

// dial opens a connection for a device, from the address assigned to it.
func (r *fleetRun) dial(ctx context.Context, number int, host string) (net.Conn, error) {
	address := r.Server
	if host != "" {
		address = redirected(r.Server, host)
	}
	if r.Sources <= 1 {
		return dial(ctx, address)
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+number%r.Sources))}}
	return d.DialContext(ctx, "tcp", address)
}
