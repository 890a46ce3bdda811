package device

import (
	"context"
	"errors"
	"time"
)

const (
	// maxRedirects is how many redirects in a row are followed without a pause.
	maxRedirects = 5
	// stayed is how long a connection must last to count as a good one.
	stayed = time.Minute
)

// Run is the device's life: it connects, serves the connection and reconnects with
// the sealed token, until ctx ends. It then returns nil, and all its goroutines have
// returned. It fails only when the courier keeps refusing the identity, with a
// [*RefusedError], or when [Config.Renew] fails; see [Config.Lasting]. A device runs once.
func (d *Device) Run(ctx context.Context) error {
	if !d.running.CompareAndSwap(false, true) {
		return errors.New("device: Run was called before; make a new device")
	}
	defer close(d.stopped)
	defer d.closeVanished()
	for d.awaitOnline(ctx) {
		if err := d.startOver(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		wait, err := d.afterwards(ctx, d.connect(ctx))
		if err != nil && ctx.Err() == nil {
			if !d.cfg.Lasting {
				return err
			}
			d.giveUp(err)
		}
		d.pause(ctx, wait)
	}
	return nil
}

// awaitOnline waits while the device is offline and is not to be erased. It is false
// when ctx ends.
func (d *Device) awaitOnline(ctx context.Context) bool {
	for ctx.Err() == nil {
		d.mu.Lock()
		offline := d.offline && !d.erase
		d.mu.Unlock()
		if !offline {
			d.drainKick()
			return true
		}
		select {
		case <-d.kick:
		case <-ctx.Done():
		}
	}
	return false
}

// drainKick forgets an earlier Connect: what it asked for is about to happen.
func (d *Device) drainKick() {
	select {
	case <-d.kick:
	default:
	}
}

// connect lives through one connection, from dialing to its end, and tells why it
// ended: nil if the device itself wanted that.
func (d *Device) connect(ctx context.Context) error {
	attempt, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if !d.begin(cancel) {
		return nil
	}
	defer d.end()

	started := time.Now()
	accepted, err := d.serve(attempt, cancel)
	d.setSession(nil)
	if cause := context.Cause(attempt); cause != nil {
		err = cause // and what serve returned is its effect
	}
	if ctx.Err() != nil || wanted(err) {
		err = nil
	}
	if time.Since(started) >= stayed {
		d.backoff.reset()
		d.redirects = 0
	}
	if accepted {
		d.refusals = 0
		d.emit(Event{Kind: EventDisconnected, Err: err})
	} else if _, refused := identityRefused(err); err != nil && !refused {
		d.emit(Event{Kind: EventConnectFailed, Err: err})
	}
	return err
}

// giveUp takes the device offline because the courier keeps refusing it.
func (d *Device) giveUp(why error) {
	d.refusals = 0
	d.backoff.reset()
	d.mu.Lock()
	d.offline, d.gaveUp = true, why
	d.changedLocked()
	d.mu.Unlock()
	d.emit(Event{Kind: EventGivenUp, Err: why})
}

// begin lets Disconnect end the attempt by cancel. It is false if the device is
// offline.
func (d *Device) begin(cancel context.CancelCauseFunc) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.offline || d.erase {
		return false
	}
	d.hangUp, d.hungUp = cancel, make(chan struct{})
	return true
}

func (d *Device) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hangUp = nil
	close(d.hungUp)
}

// setSession tells the other methods which connection is accepted; nil for none.
func (d *Device) setSession(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.session = s
	d.changedLocked()
}

// afterwards draws the conclusions from how a connection ended: what to change, and
// how long to wait before the next one.
func (d *Device) afterwards(ctx context.Context, err error) (wait time.Duration, fatal error) {
	if err == nil {
		return 0, nil
	}
	if redirect, ok := errors.AsType[*redirectError](err); ok {
		d.host = redirect.host
		d.redirects++
		if d.redirects <= maxRedirects {
			return 0, nil
		}
	} else {
		d.host = "" // the courier of a redirect may be gone
	}
	if refused, ok := identityRefused(err); ok {
		if err := d.replaceIdentity(ctx, refused); err != nil {
			return 0, err
		}
	}
	wait = d.backoff.next()
	d.cfg.Log.Info("will reconnect", "device", d.ID(), "in", wait, "err", err)
	return wait, nil
}

// pause waits before the next attempt. It ends early with ctx and with Connect.
func (d *Device) pause(ctx context.Context, wait time.Duration) {
	if wait == 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.kick:
		d.backoff.reset()
	case <-ctx.Done():
	}
}
