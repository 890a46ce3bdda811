package providerauth

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A Topic is the bundle ID of an app, alone or with the suffix of a push type. A known
// Topic is never changed.
type Topic struct {
	Name string
	// Hash is how a device speaks of the topic.
	Hash apns.TopicHash
	// BundleID is the app the topic belongs to, TeamID the app's team.
	BundleID, TeamID string
	// Space is the space of the app; nil is the default space.
	Space *space.Space

	order uint64 // number of topics added before
}

// AddApp gives an app to a team, which must exist, with the topics made of its bundle
// ID by the suffixes of [apns.PushTypes]. It is no error if the team has the app
// already; if another team of the same space has it, the error says which.
func (r *Registry) AddApp(team, bundleID string) error {
	if !apns.ValidTopic(bundleID) {
		return fmt.Errorf("app %q: a bundle ID has letters, digits, hyphens and dots", bundleID)
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	known := r.saver != nil && r.HasApp(team, bundleID)
	if err := r.addApp(team, bundleID); err != nil || known {
		return err
	}
	r.saveApp(team, bundleID)
	return nil
}

func (r *Registry) addApp(team, bundleID string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.teams[team]
	if m == nil {
		return fmt.Errorf("app %s: team %q is not known; add the team first", bundleID, team)
	}
	names := topicsOf(bundleID)
	for _, name := range names {
		if t := r.topics[scopedName{m.space, name}]; t != nil && t.TeamID != team {
			return fmt.Errorf("app %s: topic %s belongs to app %s of team %s; use another bundle ID or remove that app",
				bundleID, name, t.BundleID, t.TeamID)
		}
	}
	r.apps[scopedName{m.space, bundleID}] = team
	if _, ok := m.apps[bundleID]; !ok {
		m.apps[bundleID] = r.topicCount
	}
	r.appChanges.Add(1)
	for _, name := range names {
		at := scopedName{m.space, name}
		if r.topics[at] == nil {
			r.topics[at] = &Topic{Name: name, Hash: apns.HashTopic(name), BundleID: bundleID, TeamID: team, Space: m.space, order: r.topicCount}
			r.hashed[r.topics[at].hashed()] = r.topics[at]
			r.topicCount++
		}
	}
	return nil
}

// RemoveApp takes an app and its topics from its team, as before a transfer to another
// one. It reports whether the team had the app.
func (r *Registry) RemoveApp(team, bundleID string) bool {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.saver.Remove(state.App{Team: team, BundleID: bundleID})
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.appLocked(team, bundleID)
	if ok {
		r.removeAppLocked(r.teams[team], bundleID)
	}
	return ok
}

// appLocked returns the scoped name of an app of a team, and whether the team has the
// app.
func (r *Registry) appLocked(team, bundleID string) (scopedName, bool) {
	m := r.teams[team]
	if m == nil {
		return scopedName{}, false
	}
	app := scopedName{m.space, bundleID}
	owner, ok := r.apps[app]
	return app, ok && owner == team
}

func (r *Registry) removeAppLocked(m *teamEntry, bundleID string) {
	app := scopedName{m.space, bundleID}
	delete(m.apps, bundleID)
	delete(r.apps, app)
	delete(r.noBroadcast, app)
	r.appChanges.Add(1)
	for _, name := range topicsOf(app.name) {
		at := scopedName{app.space, name}
		if t := r.topics[at]; t != nil && t.BundleID == app.name {
			delete(r.topics, at)
			delete(r.hashed, t.hashed())
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
	if m := r.teams[team]; m != nil {
		return slices.Sorted(maps.Keys(m.apps))
	}
	return nil
}

// FirstApps returns the bundle IDs of a team's apps in the order they were added, so
// many at most.
func (r *Registry) FirstApps(team string, most int) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	m := r.teams[team]
	if m == nil {
		return nil
	}
	ids := slices.SortedFunc(maps.Keys(m.apps), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.apps[a], m.apps[b]), cmp.Compare(a, b))
	})
	return ids[:min(most, len(ids))]
}

// HasApp reports whether a team has an app.
func (r *Registry) HasApp(team, bundleID string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.appLocked(team, bundleID)
	return ok
}

// Lookup returns the topic of that name in the space of a team, or nil. In the default
// space it may belong to another team.
func (r *Registry) Lookup(team, topic string) *Topic {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.topics[scopedName{r.spaceLocked(team), topic}]
}

// Hashed returns a topic in a space, nil being the default space, by the beginning of
// its hash, which is all that a device token contains of it; nil if there is none.
func (r *Registry) Hashed(in *space.Space, begin [4]byte) *Topic {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.hashed[topicHash{in, begin}]
}

// spaceLocked returns the space of a team; an unknown team is in the default space.
func (r *Registry) spaceLocked(team string) *space.Space {
	if m := r.teams[team]; m != nil {
		return m.space
	}
	return nil
}

// TopicAllowed reports whether topic belongs to an app of team.
func (r *Registry) TopicAllowed(team, topic string) bool {
	t := r.Lookup(team, topic)
	return t != nil && t.TeamID == team
}
