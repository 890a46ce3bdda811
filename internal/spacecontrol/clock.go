package spacecontrol

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/clock"
)

// ClockOf returns the clock of a space, "" being the default space.
func (s *Spaces) ClockOf(team string) (*clock.Clock, error) {
	if team == "" {
		return s.Registry.Clock(nil), nil
	}
	in := s.Registry.ForTeam(team)
	if in == nil {
		_, err := s.GetSpace(team)
		return nil, err
	}
	return s.Registry.Clock(in), nil
}

// SetClock moves the clock of a space, "" being the default space, to a time. What
// is due then has been done when it returns. It fails with [clock.ErrRange] if the clock
// cannot show the time.
func (s *Spaces) SetClock(team string, to time.Time) error {
	return s.moveClock(team, func(time.Time) time.Time { return to })
}

// AdvanceClock is SetClock by a difference.
func (s *Spaces) AdvanceClock(team string, by time.Duration) error {
	return s.moveClock(team, func(now time.Time) time.Time { return now.Add(by) })
}

func (s *Spaces) moveClock(team string, to func(time.Time) time.Time) error {
	c, err := s.ClockOf(team)
	if err != nil {
		return err
	}
	if err := c.Move(to); err != nil {
		return err
	}
	s.Broker.Sweep()
	return nil
}
