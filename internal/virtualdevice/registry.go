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
	"github.com/apns-sim/apns-sim/internal/state"
)

// Config is what a [Registry] is made of. All but Issuers, Saver and Log are required.
type Config struct {
	// Activate makes a new device of a team known, with its apps, and returns its
	// key and certificate.
	Activate func(team string, topics []string) (device.Identity, error)
	// Dial connects to the courier of an environment.
	Dial func(ctx context.Context, env apns.Environment) (net.Conn, error)
	// RootCAs are the roots that the courier's certificate may lead to.
	RootCAs *x509.CertPool
	// IDChanged is called when a device has another ID: it was erased, or the courier has
	// rejected its identity.
	IDChanged func(before, now apns.DeviceID)
	// Removed is called with each ID that a removed device has had.
	Removed func(apns.DeviceID)
	// Issuers are the certificates between that of a device and the root, DER.
	Issuers [][]byte
	// Saver saves devices and what they receive; nil keeps them in memory.
	Saver *state.Saver
	// Log may be nil, for silence.
	Log *slog.Logger
}

// A Registry has the virtual devices of a simulator. Its methods may be called from any
// goroutine.
type Registry struct {
	cfg     Config
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	workers *device.Workers
	running sync.WaitGroup // the devices

	mu      sync.Mutex                // taken before that of a device.Device: docs/lock-order.md
	devices map[apns.DeviceID]*Device // by the ids they have
	former  map[apns.DeviceID]*Device // by those they had
	closed  bool
}

// New returns a registry without devices.
func New(cfg Config) *Registry {
	f := &Registry{cfg: cfg, workers: device.NewWorkers(), devices: make(map[apns.DeviceID]*Device), former: make(map[apns.DeviceID]*Device)}
	f.ctx, f.stop = context.WithCancel(context.Background())
	return f
}

// errClosed says that the simulator stops.
var errClosed = errors.New("the simulator is stopping and accepts no new devices")

// Add makes a device and waits until it is connected and its apps have their
// tokens. If that takes longer than ctx, or the courier rejects it, there is no device.
func (f *Registry) Add(ctx context.Context, o Spec) (*Device, error) {
	d, err := f.start(o)
	if err != nil {
		return nil, err
	}
	for _, topic := range o.Topics {
		if _, err := d.emulator.Token(ctx, topic); err != nil {
			f.remove(d)
			return nil, fmt.Errorf("the device gets no token for %s: %w", topic, err)
		}
	}
	if err := d.emulator.Online(ctx); err != nil {
		f.remove(d)
		return nil, fmt.Errorf("the device does not come online: %w", err)
	}
	d.save()
	return d, nil
}

// start makes a device and switches it on.
func (f *Registry) start(o Spec) (*Device, error) {
	d, err := f.newDevice(o)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		f.cfg.Removed(d.id)
		return nil, errClosed
	}
	if err := f.switchOnLocked(d); err != nil {
		f.cfg.Removed(d.id)
		return nil, err
	}
	f.devices[d.id] = d
	return d, nil
}

// switchOnLocked starts a device.
func (f *Registry) switchOnLocked(d *Device) error {
	if err := d.emulator.Start(); err != nil {
		return err
	}
	d.started = true
	f.running.Add(1)
	return nil
}

// CurrentID returns the ID of the device that once had another one.
func (f *Registry) CurrentID(before apns.DeviceID) (now apns.DeviceID, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if d := f.former[before]; d != nil {
		return d.id, true
	}
	return now, false
}

// Find returns the device with an id, nil if there is none.
func (f *Registry) Find(id apns.DeviceID) *Device {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.devices[id]
}

// Numbered returns the device with a [Device.Number], nil if there is none.
func (f *Registry) Numbered(number uint64) *Device {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.devices {
		if d.number == number {
			return d
		}
	}
	return nil
}

// All returns the devices in the order they were made.
func (f *Registry) All() []*Device {
	f.mu.Lock()
	all := slices.Collect(maps.Values(f.devices))
	f.mu.Unlock()
	slices.SortFunc(all, func(a, b *Device) int { return cmp.Compare(a.number, b.number) })
	return all
}

// Remove switches a device off for good. It reports whether there was one.
func (f *Registry) Remove(id apns.DeviceID) bool {
	f.mu.Lock()
	d := f.devices[id]
	f.mu.Unlock()
	return d != nil && f.remove(d)
}

// remove is Remove of a device whose id may change meanwhile.
func (f *Registry) remove(d *Device) bool {
	f.mu.Lock()
	found := f.devices[d.id] == d
	delete(f.devices, d.id)
	f.mu.Unlock()
	if !found { // another call removes it
		return false
	}
	d.removeSaved()
	d.close() // it has no further id now
	f.mu.Lock()
	ids := append(d.former, d.id)
	for _, id := range d.former {
		delete(f.former, id)
	}
	f.mu.Unlock()
	for _, id := range ids {
		f.cfg.Removed(id)
	}
	return true
}

// changeID takes over the ID that a device has now.
func (f *Registry) changeID(d *Device) {
	f.mu.Lock()
	before, now := d.id, d.emulator.ID()
	d.id = now
	d.former = append(d.former, before)
	if f.devices[before] == d { // it is not being removed
		delete(f.devices, before)
		f.devices[now], f.former[before] = d, d
	}
	f.mu.Unlock()
	f.cfg.IDChanged(before, now)
}

// Close switches all devices off. They have left when it returns.
func (f *Registry) Close() {
	f.mu.Lock()
	f.closed = true
	all := slices.Collect(maps.Values(f.devices))
	clear(f.devices)
	clear(f.former)
	f.mu.Unlock()
	f.stop()
	all = slices.DeleteFunc(all, func(d *Device) bool { return !d.started })
	for _, d := range all {
		d.emulator.Stop()
	}
	for _, d := range all {
		d.close()
	}
	f.running.Wait() // for those that are being removed
	f.workers.Close()
}
