package sim

import (
	"testing"

	"github.com/apns-sim/apns-sim/internal/portal"
)

// SetFixed443 moves the door on port 443 somewhere else until the test ends.
// The test must not be parallel.
func SetFixed443(t *testing.T, address string) {
	before := doors[Provider443].Fixed
	doors[Provider443].Fixed = address
	t.Cleanup(func() { doors[Provider443].Fixed = before })
}

// ListDevices is PageDevices of all of them.
func (s *Simulator) ListDevices(team string, all bool) []portal.Device {
	list, _, _ := s.PageDevices(team, all, portal.Page{}) // cursors alone are refused
	return list
}

// ListSpaces is PageSpaces of all of them.
func (s *Simulator) ListSpaces() []portal.Space {
	list, _, _ := s.PageSpaces(portal.Page{})
	return list
}

// ListTeams is PageTeams of all of them.
func (s *Simulator) ListTeams() []portal.Team {
	list, _, _ := s.PageTeams(portal.Page{})
	return list
}

// KnownTopics returns the topics that devices may name by salted hashes.
func (s *Simulator) KnownTopics() []string { return s.topics() }
