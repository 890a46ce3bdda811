package teamcontrol

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/state"
)

// signingKeys are the keys with which the simulator signs provider tokens itself, by team: of
// teams whose private key somebody else has.
type signingKeys struct {
	mu   sync.Mutex // taken before that of providerauth.Registry: docs/lock-order.md
	keys map[string]keystore.SigningKey
}

// ProviderToken signs a provider token for a team, "" being the default one, and returns
// the value of authorization. For a team whose private key the simulator does not have,
// it makes a key, which is then among the keys of the team.
func (ts *Teams) ProviderToken(team string) (string, error) {
	team = cmp.Or(team, keystore.DefaultTeam)
	defer ts.Locks.RLock(team)()
	if !ts.Auth.HasTeam(team) {
		return "", UnknownTeam(team)
	}
	key, err := ts.signingKey(team)
	if err != nil {
		return "", err
	}
	at := ts.Spaces.Clock(ts.Spaces.ForTeam(team))
	token, err := providerauth.Sign(key.Private, key.KeyID, team, at.Now())
	return "bearer " + token, err
}

// signingKey returns a key of a team that is in force and good for everything.
func (ts *Teams) signingKey(team string) (keystore.SigningKey, error) {
	inForce := func(k keystore.SigningKey) bool {
		return k.TeamID == team && len(k.Environments) == 0 && len(k.Topics) == 0 &&
			slices.ContainsFunc(ts.Auth.Keys(team), func(known providerauth.Key) bool {
				return known.ID == k.KeyID && k.Private.PublicKey.Equal(known.Public)
			})
	}
	if i := slices.IndexFunc(ts.Secrets.Keys, inForce); i >= 0 {
		return ts.Secrets.Keys[i], nil
	}
	ts.signing.mu.Lock()
	defer ts.signing.mu.Unlock()
	if key, ok := ts.signing.keys[team]; ok && inForce(key) {
		return key, nil
	}
	key, err := keystore.NewSigningKey(team, keystore.NewID())
	if err != nil {
		return key, err
	}
	if err := ts.AddPublicKey(key.Public()); err != nil {
		return key, err
	}
	p8, err := pki.MarshalP8(key.Private)
	if err != nil {
		return key, fmt.Errorf("key %s: %w", key.KeyID, err)
	}
	ts.signing.addLocked(key)
	return key, ts.Auth.SavePrivate(team, key.KeyID, string(p8))
}

// addLocked adds a key.
func (s *signingKeys) addLocked(key keystore.SigningKey) {
	if s.keys == nil {
		s.keys = make(map[string]keystore.SigningKey)
	}
	s.keys[key.TeamID] = key
}

// restore takes over the keys whose private half was saved.
func (s *signingKeys) restore(saved []state.AuthKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range saved {
		if k.Private == "" {
			continue
		}
		private, err := pki.ParseP8([]byte(k.Private))
		if err != nil {
			return fmt.Errorf("private half of key %s of team %s: %w", k.ID, k.Team, err)
		}
		s.addLocked(keystore.SigningKey{TeamID: k.Team, KeyID: k.ID, Private: private})
	}
	return nil
}
