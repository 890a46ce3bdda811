package sim

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Replay submits a push that was accepted once more, under a new apns-id: see
// [provider.Server.Replay]. The error is an [apns.Rejection] if it is refused
// this time, and another one if it was refused then.
func (s *Simulator) Replay(r *journal.Record) (*apns.Notification, error) {
	if !r.Reached.Has(filters.Accepted) {
		return nil, fmt.Errorf("%s was not accepted; only what was accepted can be replayed", r.Push.ID)
	}
	return s.providers[r.Push.Environment].Replay(r.Push)
}
