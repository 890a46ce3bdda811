package device

import (
	"context"
	"errors"
	"time"
)

const (
	// maxRedirects is how many redirects in a row are followed without a pause.
	maxRedirects = 5
	// stableAfter is how long a connection must last to count as a good one.
	stableAfter = time.Minute
)

// Run runs the device: it connects, serves the connection and reconnects with its base
// token, until ctx ends. It then returns nil, and all its goroutines have returned. It fails
// only when the courier keeps rejecting the identity, with a [*RejectedError], or when
// [Config.Renew] fails; see [Config.RetryAfterRejection] and [Config.RetryRenew]. A device
// runs once.
func (d *Device) Run(ctx context.Context) error {
	if d.cfg.Workers != nil {
		return errors.New("device: Config.Workers is set: call Start instead of Run")
	}
	if err := d.markRunning(); err != nil {
		return err
	}
	d.ctx = ctx
	for d.run() {
		select {
		case <-d.woken:
		case <-ctx.Done():
		}
	}
	return d.fatal
}

func (d *Device) markRunning() error {
	if !d.running.CompareAndSwap(false, true) {
		return errors.New("a device runs only once: create a new one")
	}
	return nil
}

// wake has run called again. It never blocks.
func (d *Device) wake() {
	if d.cfg.Workers != nil {
		d.schedule()
		return
	}
	signal(d.woken)
}

// run connects and serves until there is something to wait for, after which wake is called.
// It reports false when the device has stopped.
func (d *Device) run() bool {
	for d.fatal == nil && (d.current != nil || d.ctx.Err() == nil) {
		switch {
		case d.current != nil:
			over, err := d.current.serve()
			if !over {
				return true
			}
			d.connectionEnded(d.current.end(true, err))
		case d.waiting(), d.isOffline():
			return true
		default:
			d.connect()
		}
	}
	d.finish()
	return false
}

// finish stops the device for good.
func (d *Device) finish() {
	d.stopAlarm()
	d.closeAbandoned()
	if d.fatal != nil && d.cfg.Workers != nil {
		d.cfg.Log.Warn("a device has stopped", "device", d.ID(), "err", d.fatal)
	}
	close(d.stopped)
}

// isOffline reports whether the device is offline and is not to be erased.
func (d *Device) isOffline() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.offline && !d.erase
}

// connect opens a connection, or handles the failure to.
func (d *Device) connect() {
	d.reconnectNow.Store(false) // this is the attempt that was asked for
	d.applyErase()
	if err := d.renew(d.ctx); err != nil {
		if d.ctx.Err() == nil {
			d.fatal = err
		}
		return
	}
	if d.renewAfter != "" {
		d.pause(d.backoff.next())
		return
	}
	ctx, cancel := context.WithCancelCause(d.ctx)
	if !d.startAttempt(cancel) {
		cancel(nil)
		return
	}
	d.current = newSession(ctx, cancel, d)
	if err := d.current.open(); err != nil {
		d.connectionEnded(d.current.end(false, err))
	}
}

// giveUp takes the device offline because the courier keeps rejecting it.
func (d *Device) giveUp(err error) {
	d.rejections = 0
	d.backoff.reset()
	d.mu.Lock()
	d.offline, d.gaveUp = true, err
	d.changedLocked()
	d.mu.Unlock()
	d.emit(Event{Kind: EventGivenUp, Err: err})
}

// connectionEnded handles the end of a connection.
func (d *Device) connectionEnded(err error) {
	d.current = nil
	wait, err := d.nextAttempt(d.ctx, err)
	switch {
	case err == nil || d.ctx.Err() != nil:
	case d.cfg.RetryAfterRejection:
		d.giveUp(err)
	default:
		d.fatal = err
	}
	if wait > 0 {
		d.pause(wait)
	}
}

// pause has the device wait before its next attempt.
func (d *Device) pause(wait time.Duration) {
	d.resume = time.Now().Add(wait)
	d.alarm = time.AfterFunc(wait, d.wake)
}

// waiting reports whether the device waits before its next attempt. Connect ends that.
func (d *Device) waiting() bool {
	switch {
	case d.resume.IsZero():
		return false
	case d.reconnectNow.Swap(false):
		d.backoff.reset()
	case time.Now().Before(d.resume):
		return true
	}
	d.resume = time.Time{}
	d.stopAlarm()
	return false
}

func (d *Device) stopAlarm() {
	if d.alarm != nil {
		d.alarm.Stop()
		d.alarm = nil
	}
}

// startAttempt makes cancel available to Disconnect. It is false if the device is offline.
func (d *Device) startAttempt(cancel context.CancelCauseFunc) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.offline || d.erase {
		return false
	}
	d.cancelAttempt, d.attemptEnded = cancel, make(chan struct{})
	return true
}

// signalEnded wakes those who wait for the end of the attempt.
func (d *Device) signalEnded() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cancelAttempt = nil
	close(d.attemptEnded)
}

// setSession sets the accepted connection; nil for none.
func (d *Device) setSession(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.session = s
	d.changedLocked()
}

// nextAttempt decides what to change after a connection ended, and how long to wait before
// the next attempt.
func (d *Device) nextAttempt(ctx context.Context, err error) (wait time.Duration, fatal error) {
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
		d.host = "" // the redirect may be obsolete
	}
	if rejected, ok := identityRejected(err); ok {
		if err := d.replaceIdentity(ctx, rejected); err != nil {
			return 0, err
		}
	}
	wait = d.backoff.next()
	d.cfg.Log.Info("will reconnect", "device", d.ID(), "in", wait, "err", err)
	return wait, nil
}
