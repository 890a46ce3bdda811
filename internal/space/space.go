// Package space isolates teams that have a space of their own.
//
// At Apple a bundle ID is an app of one team, for everybody. Tests that run side by
// side need the same bundle IDs each. A team for which a space is opened has apps,
// devices, channels, history and a clock that no other team sees. All other teams
// share the default space, which is as Apple's service.
//
// The package knows which teams have a space, which devices are in it, and what
// time it is there. What a team or a device is, it leaves to others.
package space

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A Space isolates one team, its devices and its clock. A nil *Space is the default space.
type Space struct {
	team    string
	clock   *clock.Clock
	created time.Time

	devices map[apns.DeviceID]bool // whether each is still there; guarded by the registry's mu
	present int                    // how many are
}

// Team returns the team the space belongs to, which is its name too; "" for the
// default space.
func (s *Space) Team() string {
	if s == nil {
		return ""
	}
	return s.team
}

// Created returns when the space was opened, in real time.
func (s *Space) Created() time.Time { return s.created }

// A Registry knows the spaces that are open. All methods may be called from any
// goroutine. [Registry.ForTeam], [Registry.All], [Registry.ForDevice] and [Registry.Clock] may
// be called on a nil *Registry, which knows the default space alone and the machine's
// time.
type Registry struct {
	clock *clock.Clock // of the default space
	count atomic.Int64 // of spaces; while it is 0, nothing has to be looked up

	saver  *state.Saver // nil if nothing is saved; read-only in use
	saving sync.Mutex   // held while spaces or members change and are saved: docs/lock-order.md

	mu       sync.RWMutex // nothing is locked under it: docs/lock-order.md
	spaces   map[string]*Space
	byDevice map[apns.DeviceID]*Space // of the devices that are in one
}

// New returns a registry without spaces. The clock is that of the default space;
// nil is the machine's.
func New(c *clock.Clock) *Registry {
	return &Registry{clock: c, spaces: make(map[string]*Space), byDevice: make(map[apns.DeviceID]*Space)}
}

// Open makes a space for a team. It fails if the team has one.
func (r *Registry) Open(team string) (*Space, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	s, err := r.open(team, time.Now())
	if err == nil {
		r.save(s)
	}
	return s, err
}

func (r *Registry) open(team string, created time.Time) (*Space, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spaces[team] != nil {
		return nil, fmt.Errorf("team %s has a space already; close it first, or choose another team", team)
	}
	s := &Space{team: team, clock: r.clock.Beside(), created: created, devices: make(map[apns.DeviceID]bool)}
	r.spaces[team] = s
	r.count.Add(1)
	return s, nil
}

// Close ends a space. Its devices are in the default space from now on; they are
// returned, those that have left among them, so that the caller can see to them.
func (r *Registry) Close(s *Space) []apns.DeviceID {
	r.saving.Lock()
	defer r.saving.Unlock()
	devices := r.close(s)
	r.forget(s, devices)
	return devices
}

func (r *Registry) close(s *Space) []apns.DeviceID {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s == nil || r.spaces[s.team] != s {
		return nil
	}
	delete(r.spaces, s.team)
	r.count.Add(-1)
	devices := sorted(maps.Keys(s.devices))
	for _, device := range devices {
		delete(r.byDevice, device)
	}
	s.devices, s.present = nil, 0
	return devices
}

// ForTeam returns the space of a team, nil if it is in the default space.
func (r *Registry) ForTeam(team string) *Space {
	if r == nil || r.count.Load() == 0 {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.spaces[team]
}

// All returns the spaces in the order of their teams.
func (r *Registry) All() []*Space {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.SortedFunc(maps.Values(r.spaces), func(a, b *Space) int { return cmp.Compare(a.team, b.team) })
}

// Len returns how many spaces there are.
func (r *Registry) Len() int { return int(r.count.Load()) }

// Assign says that a device is in a space, nil being the default space. A device
// is in one at a time.
func (r *Registry) Assign(device apns.DeviceID, s *Space) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before := r.ForDevice(device)
	r.assign(device, s)
	r.saveMember(device, before)
}

func (r *Registry) assign(device apns.DeviceID, s *Space) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removeLocked(device)
	if current := r.byDevice[device]; current != nil {
		delete(current.devices, device)
	}
	if s == nil || r.spaces[s.team] != s {
		delete(r.byDevice, device)
		return
	}
	r.byDevice[device] = s
	s.devices[device] = true
	s.present++
}

// Remove says that a device is no more. What is left of it, as its tokens, stays in its
// space until that is closed.
func (r *Registry) Remove(device apns.DeviceID) {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	r.removeLocked(device)
	r.mu.Unlock()
	r.saveMember(device, nil)
}

func (r *Registry) removeLocked(device apns.DeviceID) {
	if current := r.byDevice[device]; current != nil && current.devices[device] {
		current.devices[device] = false
		current.present--
	}
}

// ForDevice returns the space a device is in, nil for the default space.
func (r *Registry) ForDevice(device apns.DeviceID) *Space {
	if r == nil || r.count.Load() == 0 {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byDevice[device]
}

// DeviceCount returns how many devices are in a space.
func (r *Registry) DeviceCount(s *Space) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return s.present
}

// Devices returns the devices in a space, those that have left among them.
func (r *Registry) Devices(s *Space) []apns.DeviceID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return sorted(maps.Keys(s.devices))
}

func sorted(devices iter.Seq[apns.DeviceID]) []apns.DeviceID {
	return slices.SortedFunc(devices, func(a, b apns.DeviceID) int { return slices.Compare(a[:], b[:]) })
}

// Clock returns the clock of a space, nil being the default space.
func (r *Registry) Clock(s *Space) *clock.Clock {
	switch {
	case s != nil:
		return s.clock
	case r != nil:
		return r.clock
	}
	return nil
}
