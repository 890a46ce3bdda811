package device

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/workers"
)

// A Device is one emulated device. Its methods may be called from any goroutine.
type Device struct {
	// Set by New; read-only after.
	cfg          Config
	nextQueue    *nextQueue
	stopped      chan struct{} // closed when the device has stopped
	woken        chan struct{} // holds a token when run is to be called again
	running      atomic.Bool
	jobState     workers.JobState // used with Config.Workers
	reconnectNow atomic.Bool      // the device is to connect at once

	// callbacks serializes the calls of OnEvent and Trace.
	callbacks sync.Mutex

	ackDelay atomic.Int64 // a time.Duration

	// Owned by the goroutine of Run, or by the worker that runs the device.
	ctx        context.Context // until Run returns
	stop       context.CancelFunc
	fatal      error         // why the device stops before ctx ends
	current    *session      // the connection, or the attempt to connect; nil between two
	resume     time.Time     // when the next attempt is due; zero if it need not wait
	alarm      *time.Timer   // wakes the device then
	clockShift time.Duration // what the courier's clock is ahead of cfg.Now
	backoff    backoff
	rejections int    // of the identity, in a row
	renewAfter string // why the device needs another identity, for errors: "erasing"; "" if it needs none
	redirects  int    // since the last connection that stayed
	host       string // the host of a redirect; "" for the default
	recent     recentNotifications
	abandoned  []abandonedConn

	// Guarded by mu.
	mu            sync.Mutex
	changed       chan struct{} // closed and replaced at each change
	credentials   credentials
	base          apns.DeviceToken
	confirmed     bool // the courier has accepted or issued base in this run
	apps          apps
	channels      channels
	power         power
	carrier       string // MCC and MNC of the cellular network; "" on Wi-Fi
	offline       bool
	gaveUp        error                   // why the device went offline without Disconnect; nil after Connect
	erase         bool                    // Erase was called and has not taken effect
	cancelAttempt context.CancelCauseFunc // ends the current attempt or connection; nil between two
	attemptEnded  chan struct{}           // closed when it has ended
	session       *session                // the accepted connection; nil if there is none
}

// New returns a device that is switched on but not running yet. The error names
// what is wrong with the configuration.
func New(cfg Config) (*Device, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.setDefaults()
	credentials, err := cfg.Identity.check()
	if err != nil {
		return nil, err
	}
	d := &Device{
		cfg:         cfg,
		nextQueue:   newNextQueue(cfg.NextQueue),
		stopped:     make(chan struct{}),
		woken:       make(chan struct{}, 1),
		backoff:     backoff{min: cfg.ReconnectMin, max: cfg.ReconnectMax},
		changed:     make(chan struct{}),
		credentials: credentials,
		base:        cfg.Token,
		apps:        newApps(),
		channels:    newChannels(),
		carrier:     cfg.Carrier,
	}
	d.jobState.Request() // no worker runs the device before Start
	d.SetAckDelay(cfg.AckDelay)
	for _, topic := range cfg.Topics {
		if a := d.apps.install(topic); a.token == "" && cfg.Token != "" {
			a.token = cfg.Tokens[topic]
		}
	}
	for _, s := range cfg.Channels {
		d.channels.add(s)
	}
	for i := range cfg.Received {
		d.recent.addReceived(&cfg.Received[i], cfg.Token)
	}
	d.cfg.Received = nil
	return d, nil
}

// ID names the device: the first eight bytes of the SHA-256 of its public key.
func (d *Device) ID() apns.DeviceID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.credentials.id
}

// Identity is what the device proves itself with now. It is another one than that
// of the configuration once [Config.Renew] was needed.
func (d *Device) Identity() Identity {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.credentials.Identity
}

// BaseToken is the device's own token; "" until the courier has issued one.
func (d *Device) BaseToken() apns.DeviceToken {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.base
}

// Tokens are the tokens of the installed apps, by topic; those still to come are
// missing. The map is the caller's.
func (d *Device) Tokens() map[string]apns.DeviceToken {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Collect(d.apps.tokens())
}

// Connect takes the device online: it connects at once, or when Run begins.
func (d *Device) Connect() {
	d.mu.Lock()
	d.offline, d.gaveUp = false, nil
	d.mu.Unlock()
	d.connectNow()
}

// connectNow ends the wait before the next attempt.
func (d *Device) connectNow() {
	d.reconnectNow.Store(true)
	d.wake()
}

// Online waits until the courier has accepted a login and that connection lasts.
func (d *Device) Online(ctx context.Context) error {
	return d.waitFor(ctx, func() (bool, error) { return d.session != nil, nil })
}

// IsOnline reports whether the courier has accepted a login and that connection lasts.
func (d *Device) IsOnline() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.session != nil
}

// Offline reports whether the device was taken offline: it does not try to connect.
func (d *Device) Offline() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.offline
}

// GivenUp is the rejection after which the device went offline by itself; nil if it has
// not, or was told to connect since. See [Config.RetryAfterRejection].
func (d *Device) GivenUp() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.gaveUp
}

// Next waits for the next notification. It returns [ErrStopped] when Run has
// returned and all were taken, and [ErrMissed] once if some were lost.
func (d *Device) Next(ctx context.Context) (Notification, error) {
	return d.nextQueue.take(ctx, d.stopped)
}

// waitFor waits until ready returns true or fails, or the device has given up. ready is
// called with mu held.
func (d *Device) waitFor(ctx context.Context, ready func() (bool, error)) error {
	for {
		d.mu.Lock()
		ok, err := ready()
		if !ok && err == nil {
			err = d.gaveUp
		}
		changed := d.changed
		d.mu.Unlock()
		if ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-d.stopped:
			return ErrStopped
		}
	}
}

// changedLocked wakes all calls of waitFor.
func (d *Device) changedLocked() {
	close(d.changed)
	d.changed = make(chan struct{})
}
