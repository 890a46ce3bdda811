package sim

import "testing"

// SetFixed443 moves the door on port 443 somewhere else until the test ends.
// The test must not be parallel.
func SetFixed443(t *testing.T, address string) {
	before := doors[Provider443].Fixed
	doors[Provider443].Fixed = address
	t.Cleanup(func() { doors[Provider443].Fixed = before })
}

// KnownTopics returns the topics that devices may name by salted hashes.
func (s *Simulator) KnownTopics() []string { return s.topics() }
