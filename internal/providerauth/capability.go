package providerauth

import "fmt"

// SetBroadcast gives an app of a team the broadcast capability or takes it away. At
// Apple it has to be asked for ("Setting up broadcast push notifications");
// here an app has it from the start, since nobody asks here.
func (r *Registry) SetBroadcast(team, bundleID string, enabled bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	app, ok := r.appLocked(team, bundleID)
	if !ok {
		return fmt.Errorf("providerauth: broadcast capability: team %s has no app %q; add it first", team, bundleID)
	}
	if enabled {
		delete(r.noBroadcast, app)
	} else {
		r.noBroadcast[app] = struct{}{}
	}
	return nil
}

// MayBroadcast reports whether an app in the space of a team has the broadcast
// capability.
func (r *Registry) MayBroadcast(team, bundleID string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	app := scopedName{r.spaceLocked(team), bundleID}
	_, known := r.apps[app]
	_, off := r.noBroadcast[app]
	return known && !off
}
