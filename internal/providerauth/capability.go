package providerauth

import "fmt"

// SetBroadcast turns the broadcast capability of an app on or off. At Apple it has to
// be requested; here an app has it from the start.
// https://developer.apple.com/documentation/usernotifications/setting-up-broadcast-push-notifications
func (r *Registry) SetBroadcast(team, bundleID string, enabled bool) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	if err := r.setBroadcast(team, bundleID, enabled); err != nil {
		return err
	}
	r.saveApp(team, bundleID)
	return nil
}

func (r *Registry) setBroadcast(team, bundleID string, enabled bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	app, ok := r.appLocked(team, bundleID)
	if !ok {
		return fmt.Errorf("broadcast capability: team %s has no app %q; add it first", team, bundleID)
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
