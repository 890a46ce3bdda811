package virtualdevice

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// An Order says what a new phone shall be.
type Order struct {
	Team        string
	Topics      []string
	Environment apns.Environment
	// Offline says that the phone is offline once its apps have their tokens.
	Offline bool
}

// numbers counts the phones of the process.
var numbers atomic.Uint64

// A Phone is a device inside the simulator, with an inbox. Its methods may be
// called from any goroutine.
type Phone struct {
	// Read-only.
	Order
	fleet  *Fleet
	number uint64 // tells early phones from late
	device *device.Device
	inbox  inbox

	// Guarded by the fleet's mu.
	id     apns.DeviceID   // by which the fleet finds it
	former []apns.DeviceID // those it had before

	mu     sync.Mutex
	erased bool       // the device is another one at its next login
	reborn chan error // is told when that one is connected, or refused; nil while nobody waits
}

func (f *Fleet) newPhone(o Order) (*Phone, error) {
	identity, err := f.cfg.Activate(o.Team, o.Topics)
	if err != nil {
		return nil, err
	}
	p := &Phone{Order: o, fleet: f, number: numbers.Add(1)}
	p.device, err = device.New(device.Config{
		Identity:            identity,
		RetryAfterRejection: true,
		Renew:               func(context.Context) (device.Identity, error) { return f.cfg.Activate(o.Team, nil) },
		Topics:              o.Topics,
		Environment:         o.Environment,
		RootCAs:             f.cfg.RootCAs,
		Dial:                func(ctx context.Context) (net.Conn, error) { return f.cfg.Dial(ctx, o.Environment) },
		// The network never fails; a courier that hangs up is a fault or a rule.
		ReconnectMin: 10 * time.Millisecond,
		Inbox:        -1, // the phone has its own
		OnEvent:      p.note,
		Workers:      f.workers,
		Log:          f.cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("virtual: %w", err)
	}
	p.id = p.device.ID()
	return p, nil
}

// close switches the phone off and waits until it is. It is called once.
func (p *Phone) close() {
	defer p.fleet.running.Done()
	p.device.Stop()
	p.device.Wait()
}

// note keeps what the phone receives, and hears when an erased one is back.
func (p *Phone) note(e device.Event) {
	switch e.Kind {
	case device.EventNotification:
		p.inbox.add(e.Notification)
	case device.EventErased:
		p.mu.Lock()
		p.erased = true
		p.mu.Unlock()
	case device.EventIdentity:
		p.fleet.renamed(p)
	case device.EventConnected, device.EventGivenUp:
		p.mu.Lock()
		if p.erased && p.reborn != nil {
			p.reborn <- e.Err
			p.reborn = nil
		}
		p.mu.Unlock()
	}
}

// ID names the device.
func (p *Phone) ID() apns.DeviceID {
	p.fleet.mu.Lock()
	defer p.fleet.mu.Unlock()
	return p.id
}

// Number tells phones that were made early from those made later.
func (p *Phone) Number() uint64 { return p.number }

// Online reports whether the phone is connected.
func (p *Phone) Online() bool { return p.device.IsOnline() }

// GivenUp is why the phone is offline if the courier kept refusing it, nil otherwise.
func (p *Phone) GivenUp() error { return p.device.GivenUp() }

// Apps are the installed apps with their tokens, in the order of installation.
func (p *Phone) Apps() []device.App { return p.device.Apps() }

// Power is the state the phone is in.
func (p *Phone) Power() device.Power { return p.device.Power() }

// Connect takes the phone online, and waits until it is.
func (p *Phone) Connect(ctx context.Context) error {
	p.device.Connect()
	return p.device.Online(ctx)
}

// Disconnect takes the phone offline, and waits until it is.
func (p *Phone) Disconnect() { p.device.Disconnect() }

// Install installs an app and returns its token.
func (p *Phone) Install(ctx context.Context, topic string) (apns.DeviceToken, error) {
	if err := p.device.Install(topic); err != nil {
		return "", err
	}
	if !p.device.IsOnline() {
		return "", nil // it comes when the phone is online again
	}
	return p.device.Token(ctx, topic)
}

// Uninstall removes an app. It reports whether there was one.
func (p *Phone) Uninstall(topic string) bool {
	for _, app := range p.device.Apps() {
		if app.Topic == topic {
			p.device.Remove(topic)
			return true
		}
	}
	return false
}

// SetPower puts the phone into another state.
func (p *Phone) SetPower(power device.Power) error { return p.device.SetPower(power) }

// Erase resets the phone: it is another device afterwards, without apps. It
// waits until that one is online, and returns its id.
func (p *Phone) Erase(ctx context.Context) (apns.DeviceID, error) {
	before := p.ID()
	reborn := make(chan error, 1)
	p.mu.Lock()
	p.reborn, p.erased = reborn, false
	p.mu.Unlock()
	if err := p.device.Erase(); err != nil {
		return before, err
	}
	p.device.Connect()
	select {
	case err := <-reborn:
		if err != nil {
			return p.ID(), fmt.Errorf("virtual: the erased device does not come back: %w", err)
		}
	case <-p.fleet.ctx.Done():
		return before, errClosed
	case <-ctx.Done():
		return before, fmt.Errorf("virtual: the erased device does not come back: %w", ctx.Err())
	}
	p.inbox.clear()
	return p.ID(), nil
}

// Restore has the phone as it was ordered: in use, with its apps and an empty inbox, and
// online unless it was ordered otherwise. What else is installed stays.
func (p *Phone) Restore(ctx context.Context) error {
	if err := p.SetPower(device.PowerOn); err != nil {
		return err
	}
	if err := p.Connect(ctx); err != nil {
		return fmt.Errorf("virtual: the device does not come online: %w", err)
	}
	for _, topic := range p.Topics {
		if _, err := p.Install(ctx, topic); err != nil { // or waits for its token, if it is there
			return fmt.Errorf("virtual: the device gets no token for %s: %w", topic, err)
		}
	}
	if p.Offline {
		p.Disconnect()
	}
	p.inbox.clear()
	return nil
}

// Received returns what the inbox has after a number, the oldest first.
func (p *Phone) Received(after uint64) []Received { return p.inbox.after(after) }

// InboxLen is how many notifications are in the inbox.
func (p *Phone) InboxLen() int { return p.inbox.len() }

// ClearInbox empties the inbox. Numbers go on where they were.
func (p *Phone) ClearInbox() { p.inbox.clear() }
