package providerauth

import (
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// A Topic is what a push may be addressed to: the bundle ID of an app, alone
// or with the suffix of a push type. It is not changed once it is known.
type Topic struct {
	Name string
	// Hash is how a device speaks of the topic.
	Hash apns.TopicHash
	// BundleID is the app the topic belongs to, TeamID the app's team.
	BundleID, TeamID string

	order uint64 // how many topics were known before; tells early from late
}

// AddApp gives an app to a team, which must exist: the bundle ID and the
// topics made of it by the suffixes of [apns.PushTypes]. It is no error if the
// team has the app already; if another team has it, the error says which.
func (r *Registry) AddApp(team, bundleID string) error {
	if !apns.ValidTopic(bundleID) {
		return fmt.Errorf("providerauth: app %q: a bundle ID has letters, digits, hyphens and dots", bundleID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.teams[team]; !ok {
		return fmt.Errorf("providerauth: app %s: team %q is not known; add the team first", bundleID, team)
	}
	names := topicsOf(bundleID)
	for _, name := range names {
		if t := r.topics[name]; t != nil && t.TeamID != team {
			return fmt.Errorf("providerauth: app %s: topic %s belongs to app %s of team %s; use another bundle ID or remove that app",
				bundleID, name, t.BundleID, t.TeamID)
		}
	}
	r.apps[bundleID] = team
	r.appChanges.Add(1)
	for _, name := range names {
		if r.topics[name] == nil {
			r.topics[name] = &Topic{Name: name, Hash: apns.HashTopic(name), BundleID: bundleID, TeamID: team, order: r.order}
			r.order++
		}
	}
	return nil
}

// RemoveApp takes an app and its topics from its team, as before a transfer to
// another. It reports whether there was such an app.
func (r *Registry) RemoveApp(bundleID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.apps[bundleID]
	if ok {
		r.removeAppLocked(bundleID)
	}
	return ok
}

func (r *Registry) removeAppLocked(bundleID string) {
	delete(r.apps, bundleID)
	delete(r.quiet, bundleID)
	r.appChanges.Add(1)
	for _, name := range topicsOf(bundleID) {
		if t := r.topics[name]; t != nil && t.BundleID == bundleID {
			delete(r.topics, name)
		}
	}
}

// topicsOf lists the topics of an app: its bundle ID and, for each push type
// that has one, the bundle ID with the suffix.
func topicsOf(bundleID string) []string {
	names := []string{bundleID}
	for _, info := range apns.PushTypes() {
		if info.Suffix != "" {
			names = append(names, bundleID+info.Suffix)
		}
	}
	return names
}

// Apps returns the bundle IDs of a team's apps in order.
func (r *Registry) Apps(team string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var ids []string
	for id, owner := range r.apps {
		if owner == team {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Lookup returns a known topic, or nil.
func (r *Registry) Lookup(topic string) *Topic {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.topics[topic]
}

// TopicAllowed reports whether topic belongs to an app of team.
func (r *Registry) TopicAllowed(team, topic string) bool {
	t := r.Lookup(topic)
	return t != nil && t.TeamID == team
}
