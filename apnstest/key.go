package apnstest

import (
	"crypto/ecdsa"
	"time"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// A Key is an authentication key of a team, with which it signs provider tokens.
type Key struct {
	// ID and TeamID go into the tokens.
	ID, TeamID string
	Private    *ecdsa.PrivateKey
	// P8 is the key as Apple's developer account gives it, the text of a .p8 file.
	P8 []byte

	space *Space
}

// NewKey makes a further key for the team. [Space.Key] is the first.
func (s *Space) NewKey() *Key {
	s.tb.Helper()
	key, err := s.addKey()
	var p8 []byte
	if err == nil {
		p8, err = pki.MarshalP8(key.Private)
	}
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	return &Key{ID: key.KeyID, TeamID: key.TeamID, Private: key.Private, P8: p8, space: s}
}

func (s *Space) addKey() (keystore.SigningKey, error) {
	key, err := keystore.NewSigningKey(s.TeamID, keystore.NewID())
	if err != nil {
		return key, err
	}
	return key, s.server.simulator().Auth.AddKey(key.Public())
}

// ProviderToken signs a provider token with the key; see [Space.ProviderToken].
func (k *Key) ProviderToken() string {
	k.space.tb.Helper()
	return k.space.sign(k.Private, k.ID)
}

// Revoke revokes the key: what it has signed is rejected with
// InvalidProviderToken from now on.
func (k *Key) Revoke() {
	k.space.tb.Helper()
	k.space.RevokeKey(k.ID)
}

// RevokeKey revokes a key of the team, [Space.KeyID] for instance.
func (s *Space) RevokeKey(id string) {
	s.tb.Helper()
	if err := s.server.simulator().Auth.RemoveKey(s.TeamID, id); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
}

// ProviderToken signs a provider token with the first key, for requests made by
// hand:
//
//	request.Header.Set("authorization", "bearer "+apple.ProviderToken())
//
// It is the same one for half an hour, since APNs does not like new ones all the
// time.
func (s *Space) ProviderToken() string {
	s.tb.Helper()
	return s.sign(s.Key, s.KeyID)
}

// tokenLife is how long a provider token is used. "Refresh your token no more than
// once every 20 minutes and no less than once every 60 minutes."
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
const tokenLife = 30 * time.Minute

// A signature is a provider token with the time it was signed at.
type signature struct {
	token string
	at    time.Time
}

func (s *Space) sign(key *ecdsa.PrivateKey, id string) string {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	if last := s.signed[id]; last.token != "" && !now.Before(last.at) && now.Before(last.at.Add(tokenLife)) {
		return last.token
	}
	token, err := providerauth.Sign(key, id, s.TeamID, now)
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	s.signed[id] = signature{token, now}
	return token
}
