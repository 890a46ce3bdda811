package providerauth

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/state"
)

// Teams, keys and apps that are added by the configuration are added again at the next start,
// so only what changes later is saved: see [Registry.SaveTo].

// Restore takes over what was saved. It returns what does not go together with the
// configuration, and is left out.
func (r *Registry) Restore(d *state.Document) (conflicts []error) {
	note := func(what string, err error) {
		if err != nil {
			conflicts = append(conflicts, fmt.Errorf("%s of the state: %w", what, err))
		}
	}
	for _, t := range d.Teams {
		note("team "+t.ID, r.restoreTeam(t))
	}
	for _, k := range d.Keys {
		note("key "+k.ID+" of team "+k.Team, r.restoreKey(&k))
	}
	for _, a := range d.Apps {
		note("app "+a.BundleID+" of team "+a.Team, r.restoreApp(a))
	}
	for _, u := range d.TokenUpdates {
		note("token update "+u.Key(), r.restoreUpdate(u))
	}
	return conflicts
}

// SaveTo saves each change from now on. It is called before the registry is used
// concurrently.
func (r *Registry) SaveTo(s *state.Saver) { r.saver = s }

func (r *Registry) restoreTeam(t state.Team) error {
	if err := r.AddTeam(t.ID); err != nil || !t.Suspended {
		return err
	}
	return r.SuspendTeam(t.ID)
}

func (r *Registry) restoreKey(e *state.AuthKey) error {
	if e.Revoked {
		if err := r.RemoveKey(e.Team, e.ID); !errors.Is(err, ErrUnknownKey) {
			return err
		}
		return nil
	}
	k, err := keyOf(e)
	if err != nil {
		return err
	}
	if err := r.AddTeam(k.TeamID); err != nil {
		return err
	}
	if err := r.AddKey(k); err != nil {
		return err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.keys[keyName{k.TeamID, k.ID}].given = false
	return nil
}

// keyOf returns a key from the form in which it is saved.
func keyOf(e *state.AuthKey) (Key, error) {
	public, err := x509.ParsePKIXPublicKey(e.Public)
	if err != nil {
		return Key{}, fmt.Errorf("public: %w", err)
	}
	k := Key{ID: e.ID, TeamID: e.Team, Environments: e.Environments, Topics: e.Topics, Related: e.Related}
	var ok bool
	if k.Public, ok = public.(*ecdsa.PublicKey); !ok {
		return Key{}, fmt.Errorf("public: the key is a %T; provider tokens are ES256, which needs P-256", public)
	}
	return k, k.Check()
}

// Element returns the form in which a key is saved, without its private half.
func (k *Key) Element() (state.AuthKey, error) {
	public, err := x509.MarshalPKIXPublicKey(k.Public)
	if err != nil {
		return state.AuthKey{}, fmt.Errorf("key %s: %w", k.ID, err)
	}
	return state.AuthKey{Team: k.TeamID, ID: k.ID, Environments: k.Environments, Topics: k.Topics, Related: k.Related, Public: public}, nil
}

func (r *Registry) restoreApp(a state.App) error {
	if err := r.AddTeam(a.Team); err != nil {
		return err
	}
	if err := r.AddApp(a.Team, a.BundleID); err != nil || !a.NoBroadcast {
		return err
	}
	return r.SetBroadcast(a.Team, a.BundleID, false)
}

// SavePrivate saves the private half of a key with it, the text of a .p8 file. The registry
// itself has no use for it.
func (r *Registry) SavePrivate(team, id, p8 string) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.RLock()
	e := r.keys[keyName{team, id}]
	r.mu.RUnlock()
	if e == nil || r.saver == nil {
		return nil
	}
	element, err := e.Key.Element()
	if err != nil {
		return err
	}
	element.Private = p8
	r.saver.Save(element)
	return nil
}

// saveApp saves an app as it is now.
func (r *Registry) saveApp(team, bundleID string) {
	if r.saver != nil {
		r.saver.Save(state.App{Team: team, BundleID: bundleID, NoBroadcast: !r.MayBroadcast(team, bundleID)})
	}
}

// removeSaved removes a team with its keys and apps from what was saved.
func (r *Registry) removeSaved(team string) {
	if r.saver == nil {
		return
	}
	removed := []state.Element{state.Team{ID: team}}
	for _, bundleID := range r.Apps(team) {
		removed = append(removed, state.App{Team: team, BundleID: bundleID})
	}
	for _, k := range r.Keys(team) {
		removed = append(removed, state.AuthKey{Team: team, ID: k.ID})
	}
	r.saver.Remove(removed...)
}

// saveRevoked saves that a key is revoked: one that the configuration has as such, since it
// comes with the next start as well.
func (r *Registry) saveRevoked(team, id string) {
	if r.saver == nil {
		return
	}
	r.mu.RLock()
	e := r.keys[keyName{team, id}]
	r.mu.RUnlock()
	switch {
	case e == nil:
	case e.given:
		r.saver.Save(state.AuthKey{Team: team, ID: id, Revoked: true})
	default:
		r.saver.Remove(state.AuthKey{Team: team, ID: id})
	}
}

func (r *Registry) restoreUpdate(u state.TokenUpdate) error {
	d, err := hex.DecodeString(u.Digest)
	if err != nil || len(d) != len(digest{}) {
		return fmt.Errorf("digest: write the SHA-256 of the provider token, %d hex digits", 2*len(digest{}))
	}
	h := r.counterOf(u)
	if h == nil {
		return nil // the key was revoked or replaced, or updates are not counted over it any more
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used, h.digest, h.updated = true, digest(d), u.Updated
	return nil
}

// counterOf returns the counter of a saved update; nil if there is none.
func (r *Registry) counterOf(u state.TokenUpdate) *updateCounter {
	if u.Address != "" {
		if r.cfg.UpdateScope != ScopeSource {
			return nil
		}
		h, _ := r.sources.of(u.Address)
		return h
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e := r.keys[keyName{u.Team, u.KeyID}]; e != nil && r.cfg.UpdateScope == ScopeKey {
		return &e.updates
	}
	return nil
}

// saveUpdate saves the state of a counter that outlives connections. No lock may be held.
func (r *Registry) saveUpdate(h *updateCounter, u state.TokenUpdate) {
	r.savingUpdates.Lock()
	defer r.savingUpdates.Unlock()
	h.mu.Lock()
	u.Digest, u.Updated = hex.EncodeToString(h.digest[:]), h.updated
	h.mu.Unlock()
	r.saver.Save(u)
}

// forgetSources removes the updates of addresses that are no longer remembered.
func (r *Registry) forgetSources(forgotten map[string]*updateCounter) {
	var removed []state.Element
	for address := range forgotten {
		removed = append(removed, state.TokenUpdate{Address: address})
	}
	r.saver.Remove(removed...)
}
