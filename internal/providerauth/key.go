package providerauth

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
)

// A Key is the public half of an APNs authentication key and what it may be used for.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
type Key struct {
	// ID is the key ID, the kid of a provider token. Apple's have ten
	// characters.
	ID     string
	TeamID string
	Public *ecdsa.PublicKey

	// Environments are those the key is restricted to; empty is both, as with
	// keys made before 2025.
	Environments []apns.Environment

	// Topics are those of a topic-specific key; empty is a team-scoped key,
	// valid for every topic of the team. A bundle ID covers the topics made of
	// it by a suffix.
	Topics []string

	// Related is the ID of the one other topic-specific key that may follow
	// this one on a connection; "" for none. It is enough if one of the two
	// keys names the other.
	Related string
}

// TeamScoped reports whether the key is valid for every topic of its team.
func (k *Key) TeamScoped() bool { return len(k.Topics) == 0 }

// isFor reports whether the key may be used in env.
func (k *Key) isFor(env apns.Environment) bool {
	return len(k.Environments) == 0 || slices.Contains(k.Environments, env)
}

// relatedTo reports whether other may follow k on a connection.
func (k *Key) relatedTo(other *Key) bool {
	return k.Related != "" && k.Related == other.ID || other.Related != "" && other.Related == k.ID
}

// Check returns an error about what makes a key unusable.
func (k *Key) Check() error {
	switch {
	case !validID(k.TeamID):
		return fmt.Errorf("team ID %q: use 1 to %d letters and digits", k.TeamID, maxID)
	case !validID(k.ID):
		return fmt.Errorf("key ID %q: use 1 to %d letters and digits", k.ID, maxID)
	case k.Public == nil:
		return fmt.Errorf("key %s has no public key", k.ID)
	case k.Public.Curve != elliptic.P256():
		return fmt.Errorf("key %s is on curve %s; provider tokens are ES256, which needs P-256", k.ID, k.Public.Params().Name)
	case k.Related != "" && k.TeamScoped():
		return fmt.Errorf("key %s is team-scoped and cannot have a related key (%s)", k.ID, k.Related)
	case k.Related == k.ID:
		return fmt.Errorf("key %s is named as its own related key", k.ID)
	}
	return nil
}

// A keyEntry is a key in the registry.
type keyEntry struct {
	Key
	team    *teamEntry // its team
	topics  map[string]struct{}
	given   bool          // the configuration has it; read-only
	removed atomic.Bool   // the key was removed or replaced; its verdicts are invalid
	updates updateCounter // counts updates under ScopeKey
}

func newKeyEntry(k Key) *keyEntry {
	e := &keyEntry{Key: k, topics: make(map[string]struct{}, len(k.Topics))}
	e.Environments = slices.Clone(k.Environments)
	e.Topics = slices.Clone(k.Topics)
	for _, topic := range k.Topics {
		e.topics[topic] = struct{}{}
	}
	return e
}

// covers reports whether the key may be used for a topic of its team.
func (e *keyEntry) covers(topic *Topic) bool {
	if e.TeamScoped() {
		return true
	}
	if _, ok := e.topics[topic.Name]; ok {
		return true
	}
	_, ok := e.topics[topic.BundleID]
	return ok
}

// keyName identifies a key: two teams may have the same key ID.
type keyName struct{ team, id string }

// AddKey registers k for its team, which must exist. A key of the same team
// and ID is replaced, and tokens signed with the old one are invalid.
func (r *Registry) AddKey(k Key) error {
	if err := k.Check(); err != nil {
		return err
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	if err := r.addKey(k); err != nil || r.saver == nil {
		return err
	}
	element, err := k.Element()
	if err != nil {
		return err
	}
	r.saver.Save(element)
	return nil
}

func (r *Registry) addKey(k Key) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	team := r.teams[k.TeamID]
	if team == nil {
		return fmt.Errorf("key %s: team %q is not known; add the team first", k.ID, k.TeamID)
	}
	name := keyName{k.TeamID, k.ID}
	if old := r.keys[name]; old != nil {
		old.removed.Store(true)
	}
	e := newKeyEntry(k)
	e.team, e.given = team, r.saver == nil
	r.keys[name], team.keys[k.ID] = e, e
	return nil
}

// ErrUnknownKey says that a team has no key of that ID.
var ErrUnknownKey = errors.New("no such key")

// RemoveKey revokes a key: tokens signed with it are rejected from now on, on
// connections that have used it as well.
func (r *Registry) RemoveKey(team, id string) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.saveRevoked(team, id)
	r.mu.Lock()
	defer r.mu.Unlock()
	name := keyName{team, id}
	e := r.keys[name]
	if e == nil {
		return fmt.Errorf("%w: %s of team %s", ErrUnknownKey, id, team)
	}
	e.removed.Store(true)
	delete(r.keys, name)
	delete(r.teams[team].keys, id)
	return nil
}

// Keys returns the keys of a team, ordered by ID.
func (r *Registry) Keys(team string) []Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var keys []Key
	if m := r.teams[team]; m != nil {
		for _, e := range m.keys {
			keys = append(keys, newKeyEntry(e.Key).Key)
		}
	}
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Compare(a.ID, b.ID) })
	return keys
}
