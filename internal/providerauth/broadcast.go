package providerauth

import "fmt"

// SetBroadcast gives an app the broadcast capability or takes it away. At
// Apple it has to be asked for ("Setting up broadcast push notifications");
// here an app has it from the start, since nobody asks here.
func (r *Registry) SetBroadcast(bundleID string, enabled bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.apps[bundleID]; !ok {
		return fmt.Errorf("providerauth: broadcast capability: there is no app %q; add it to a team first", bundleID)
	}
	if enabled {
		delete(r.quiet, bundleID)
	} else {
		r.quiet[bundleID] = struct{}{}
	}
	return nil
}

// MayBroadcast reports whether an app has the broadcast capability.
func (r *Registry) MayBroadcast(bundleID string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, known := r.apps[bundleID]
	_, quiet := r.quiet[bundleID]
	return known && !quiet
}
