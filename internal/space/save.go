package space

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/state"
)

// Restore opens the spaces that were saved, with their devices, and sets the clocks, that of
// the default space among them.
func (r *Registry) Restore(spaces []state.Space, members []state.Member) error {
	for _, saved := range spaces {
		c := r.clock
		if saved.Team != "" {
			s, err := r.open(saved.Team, saved.Created)
			if err != nil {
				return err
			}
			c = s.clock
		}
		if err := c.Restore(time.Duration(saved.Ahead)); err != nil {
			return fmt.Errorf("the clock of space %q: %w", saved.Team, err)
		}
	}
	for _, m := range members {
		s := r.ForTeam(m.Space)
		if s == nil {
			return fmt.Errorf("device %v is in space %q, which there is not; add it to spaces", m.Device, m.Space)
		}
		r.assign(m.Device, s)
		if m.Left {
			r.Remove(m.Device)
		}
	}
	return nil
}

// SaveTo saves each change from now on. It is called before the registry is used
// concurrently.
func (r *Registry) SaveTo(s *state.Saver) {
	r.saver = s
	r.clock.OnMove(func(offset time.Duration) { s.Save(state.Space{Ahead: state.Duration(offset)}) })
	for _, open := range r.All() {
		r.follow(open)
	}
}

// save saves a new space.
func (r *Registry) save(s *Space) {
	if r.saver != nil {
		r.saver.Save(s.element(s.clock.Offset()))
		r.follow(s)
	}
}

// follow saves each move of the clock of a space.
func (r *Registry) follow(s *Space) {
	s.clock.OnMove(func(offset time.Duration) { r.saver.Save(s.element(offset)) })
}

func (s *Space) element(offset time.Duration) state.Space {
	return state.Space{Team: s.team, Created: s.created, Ahead: state.Duration(offset)}
}

// forget removes a space that was closed, and its devices, from what was saved.
func (r *Registry) forget(s *Space, devices []apns.DeviceID) {
	if s == nil || r.saver == nil {
		return
	}
	s.clock.OnMove(nil)
	removed := []state.Element{state.Space{Team: s.team}}
	for _, device := range devices {
		removed = append(removed, state.Member{Device: device})
	}
	r.saver.Remove(removed...)
}

// saveMember saves in which space a device is. The space it was in before tells whether
// something was saved.
func (r *Registry) saveMember(device apns.DeviceID, before *Space) {
	if r.saver == nil {
		return
	}
	r.mu.RLock()
	in := r.byDevice[device]
	left := in != nil && !in.devices[device]
	r.mu.RUnlock()
	switch {
	case in != nil:
		r.saver.Save(state.Member{Device: device, Space: in.team, Left: left})
	case before != nil:
		r.saver.Remove(state.Member{Device: device})
	}
}
