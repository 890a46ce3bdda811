package sim

import (
	"cmp"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// ownKeys are the keys with which the simulator signs provider tokens itself, by team: of
// teams whose private key somebody else has.
type ownKeys struct {
	mu   sync.Mutex // taken before that of providerauth.Registry: docs/lock-order.md
	keys map[string]keystore.SigningKey
}

// ProviderToken signs a provider token for a team, "" being the default one, and returns
// the value of authorization. For a team whose private key the simulator does not have,
// it makes a key, which is then among the keys of the team.
func (s *Simulator) ProviderToken(team string) (string, error) {
	team = cmp.Or(team, DemoTeam)
	defer s.teamLocks.with(team)()
	if !s.Auth.HasTeam(team) {
		return "", unknownTeam(team)
	}
	key, err := s.signingKey(team)
	if err != nil {
		return "", err
	}
	at := s.Spaces.Clock(s.Spaces.ForTeam(team))
	token, err := providerauth.Sign(key.Private, key.KeyID, team, at.Now())
	return "bearer " + token, err
}

// signingKey returns a key of a team that is in force and good for everything.
func (s *Simulator) signingKey(team string) (keystore.SigningKey, error) {
	inForce := func(k keystore.SigningKey) bool {
		return k.TeamID == team && len(k.Environments) == 0 && len(k.Topics) == 0 &&
			slices.ContainsFunc(s.Auth.Keys(team), func(known providerauth.Key) bool {
				return known.ID == k.KeyID && k.Private.PublicKey.Equal(known.Public)
			})
	}
	if i := slices.IndexFunc(s.Secrets.Keys, inForce); i >= 0 {
		return s.Secrets.Keys[i], nil
	}
	s.own.mu.Lock()
	defer s.own.mu.Unlock()
	if key, ok := s.own.keys[team]; ok && inForce(key) {
		return key, nil
	}
	key, err := keystore.NewSigningKey(team, keystore.NewID())
	if err != nil {
		return key, err
	}
	if err := s.addKey(key.Public()); err != nil {
		return key, err
	}
	if s.own.keys == nil {
		s.own.keys = make(map[string]keystore.SigningKey)
	}
	s.own.keys[team] = key
	return key, nil
}

// ProviderURL is where the provider API of an environment is; "" if it has no listener.
func (s *Simulator) ProviderURL(env apns.Environment) string {
	if env == apns.Sandbox {
		return s.info.ProviderSandbox
	}
	return s.info.Provider
}
