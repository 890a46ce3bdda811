package sim

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Replay submits an accepted push again, with a new apns-id: see
// [provider.Server.Replay]. The error is an [apns.Rejection] if it is rejected now, and
// another error if it was rejected before.
func (s *Simulator) Replay(r *journal.Record) (*apns.Notification, error) {
	if !r.Reached.Has(filters.Accepted) {
		return nil, fmt.Errorf("%s was not accepted; only what was accepted can be replayed", r.Push.ID)
	}
	return s.providers[r.Push.Environment].Replay(r.Push)
}
