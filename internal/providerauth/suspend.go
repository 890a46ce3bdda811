package providerauth

import (
	"fmt"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A teamEntry is a team in the registry.
type teamEntry struct {
	space *space.Space // nil is the default space
	clock *clock.Clock // the clock of the team

	suspended atomic.Bool

	// Guarded by the registry's mu.
	apps map[string]uint64 // by bundle ID; number of topics added before it
	keys map[string]*keyEntry
}

// SuspendTeam rejects all pushes of a team with Forbidden, on open connections as
// well, until ResumeTeam. Apple says of that reason only that the action is not
// allowed. It is no error if the team is suspended already; it is one if the team is
// unknown.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *Registry) SuspendTeam(id string) error { return r.setSuspended(id, true) }

// ResumeTeam lets a suspended team push again.
func (r *Registry) ResumeTeam(id string) error { return r.setSuspended(id, false) }

func (r *Registry) setSuspended(id string, suspended bool) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	if r.saver != nil && r.HasTeam(id) {
		r.saver.Save(state.Team{ID: id, Suspended: suspended})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.teams[id]
	switch {
	case m == nil:
		return fmt.Errorf("team %q is not known; add the team first", id)
	case m.suspended.Swap(suspended) == suspended:
	case suspended:
		r.suspensions.Add(1)
	default:
		r.suspensions.Add(-1)
	}
	return nil
}

// Suspended reports whether a team is suspended. It is cheap while no team is.
func (r *Registry) Suspended(id string) bool {
	if r.suspensions.Load() == 0 {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	m := r.teams[id]
	return m != nil && m.suspended.Load()
}

// MayPush returns an error if a team is suspended. It is for credentials other than
// provider tokens, for which Verify checks that. The error is an [apns.Rejection] with
// Forbidden.
func (r *Registry) MayPush(team string) error {
	if r.Suspended(team) {
		return forbidden(team)
	}
	return nil
}

func forbidden(team string) *apns.Rejection {
	return apns.Reject(apns.Forbidden, "team "+team+" is suspended; resume it with: apns-sim team resume "+team)
}
