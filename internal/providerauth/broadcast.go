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
		delete(r.quiet, app)
	} else {
		r.quiet[app] = struct{}{}
	}
	return nil
}

// MayBroadcast reports whether an app in the world of a team has the broadcast
// capability.
func (r *Registry) MayBroadcast(team, bundleID string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	app := place{r.spaceLocked(team), bundleID}
	_, known := r.apps[app]
	_, quiet := r.quiet[app]
	return known && !quiet
}
