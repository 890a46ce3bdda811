package virtualdevice

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// Config is what a [Fleet] is made of. All but Log are required.
type Config struct {
	// Activate makes a new device of a team known, with its apps, and returns its
	// key and certificate.
	Activate func(team string, topics []string) (device.Identity, error)
	// Dial connects to the courier of an environment.
	Dial func(ctx context.Context, env apns.Environment) (net.Conn, error)
	// RootCAs are the roots that the courier's certificate may lead to.
	RootCAs *x509.CertPool
	// Renamed is told that a phone has another id from now on: it was erased, or the
	// courier has refused what it was.
	Renamed func(before, now apns.DeviceID)
	// Removed is told each id that a phone has had which was removed.
	Removed func(apns.DeviceID)
	// Log may be nil, for silence.
	Log *slog.Logger
}

// A Fleet is the phones inside a simulator. Its methods may be called from any
// goroutine.
type Fleet struct {
	cfg     Config
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	workers *device.Workers
	running sync.WaitGroup // the phones

	mu     sync.Mutex
	phones map[apns.DeviceID]*Phone // by the ids they have
	former map[apns.DeviceID]*Phone // by those they had
	closed bool
}

// New returns a fleet without phones.
func New(cfg Config) *Fleet {
	f := &Fleet{cfg: cfg, workers: device.NewWorkers(), phones: make(map[apns.DeviceID]*Phone), former: make(map[apns.DeviceID]*Phone)}
	f.ctx, f.stop = context.WithCancel(context.Background())
	return f
}

// errClosed says that the simulator stops.
var errClosed = errors.New("virtual: the simulator stops and takes no devices")

// Add makes a phone and waits until it is connected and its apps have their
// tokens. If that takes longer than ctx, or the courier refuses it, there is no phone.
func (f *Fleet) Add(ctx context.Context, o Order) (*Phone, error) {
	p, err := f.start(o)
	if err != nil {
		return nil, err
	}
	for _, topic := range o.Topics {
		if _, err := p.device.Token(ctx, topic); err != nil {
			f.remove(p)
			return nil, fmt.Errorf("virtual: the device gets no token for %s: %w", topic, err)
		}
	}
	if err := p.device.Online(ctx); err != nil {
		f.remove(p)
		return nil, fmt.Errorf("virtual: the device does not come online: %w", err)
	}
	return p, nil
}

// start makes a phone and switches it on.
func (f *Fleet) start(o Order) (*Phone, error) {
	p, err := f.newPhone(o)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		f.cfg.Removed(p.id)
		return nil, errClosed
	}
	if err := p.device.Start(); err != nil {
		f.cfg.Removed(p.id)
		return nil, err
	}
	f.running.Add(1)
	f.phones[p.id] = p
	return p, nil
}

// Now returns the id of the phone that had another one before.
func (f *Fleet) Now(before apns.DeviceID) (now apns.DeviceID, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.former[before]; p != nil {
		return p.id, true
	}
	return now, false
}

// Find returns the phone with an id, nil if there is none.
func (f *Fleet) Find(id apns.DeviceID) *Phone {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phones[id]
}

// All returns the phones in the order they were made.
func (f *Fleet) All() []*Phone {
	f.mu.Lock()
	all := slices.Collect(maps.Values(f.phones))
	f.mu.Unlock()
	slices.SortFunc(all, func(a, b *Phone) int { return cmp.Compare(a.number, b.number) })
	return all
}

// Remove switches a phone off for good. It reports whether there was one.
func (f *Fleet) Remove(id apns.DeviceID) bool {
	f.mu.Lock()
	p := f.phones[id]
	f.mu.Unlock()
	return p != nil && f.remove(p)
}

// remove is Remove of a phone whose id may change meanwhile.
func (f *Fleet) remove(p *Phone) bool {
	f.mu.Lock()
	found := f.phones[p.id] == p
	delete(f.phones, p.id)
	f.mu.Unlock()
	if !found { // another call removes it
		return false
	}
	p.close() // it has no further id now
	f.mu.Lock()
	ids := append(p.former, p.id)
	for _, id := range p.former {
		delete(f.former, id)
	}
	f.mu.Unlock()
	for _, id := range ids {
		f.cfg.Removed(id)
	}
	return true
}

// renamed takes over the id that a phone has now.
func (f *Fleet) renamed(p *Phone) {
	f.mu.Lock()
	before, now := p.id, p.device.ID()
	p.id = now
	p.former = append(p.former, before)
	if f.phones[before] == p { // it is not being removed
		delete(f.phones, before)
		f.phones[now], f.former[before] = p, p
	}
	f.mu.Unlock()
	f.cfg.Renamed(before, now)
}

// Close switches all phones off. They have left when it returns.
func (f *Fleet) Close() {
	f.mu.Lock()
	f.closed = true
	all := slices.Collect(maps.Values(f.phones))
	clear(f.phones)
	clear(f.former)
	f.mu.Unlock()
	f.stop()
	for _, p := range all {
		p.device.Stop()
	}
	for _, p := range all {
		p.close()
	}
	f.running.Wait() // for those that are being removed
	f.workers.Close()
}
