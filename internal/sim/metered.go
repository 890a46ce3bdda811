package sim

import (
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// BrokerStats counts what waits and who is connected.
func (s *Simulator) BrokerStats() broker.Stats { return s.Broker.Stats() }

// Requests returns how many requests of providers were journaled.
func (s *Simulator) Requests() (n uint64) {
	for _, c := range s.Journal.Counts() {
		if c.Kind == journal.Received || c.Kind == journal.Rejected {
			n += c.Count
		}
	}
	return n
}

// CountSpaces returns how many spaces there are.
func (s *Simulator) CountSpaces() int { return s.Spaces.Len() }
