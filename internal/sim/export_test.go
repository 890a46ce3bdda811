package sim

import (
	"testing"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// SetFixed443 moves the listener on port 443 somewhere else until the test ends.
// The test must not be parallel.
func SetFixed443(t *testing.T, address string) {
	before := listeners[Provider443].Fixed
	listeners[Provider443].Fixed = address
	t.Cleanup(func() { listeners[Provider443].Fixed = before })
}

// ListDevices is PageDevices of all of them.
func (s *Simulator) ListDevices(team string, all bool) []controlapi.Device {
	list, _, _ := s.DeviceControl.PageDevices(team, all, controlapi.Page{}) // cursors alone are refused
	return list
}

// ListSpaces is PageSpaces of all of them.
func (s *Simulator) ListSpaces() []controlapi.Space {
	list, _, _ := s.SpaceControl.PageSpaces(controlapi.Page{})
	return list
}

// ListTeams is PageTeams of all of them.
func (s *Simulator) ListTeams() []controlapi.Team {
	list, _, _ := s.TeamControl.PageTeams(controlapi.Page{})
	return list
}
