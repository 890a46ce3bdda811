package sim

import (
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/provider"
)

// ErrNoTeam says that a team is not known.
var ErrNoTeam = errors.New("sim: no such team")

func unknownTeam(team string) error {
	return fmt.Errorf("%w: team %q is not known; make a space for it, or start with a key of it", ErrNoTeam, team)
}

// NewKey makes an authentication key for a team, and returns it together with the
// text of its .p8 file. The simulator keeps the public half alone.
func (s *Simulator) NewKey(team, id string) (SigningKey, []byte, error) {
	if !s.Auth.HasTeam(team) {
		return SigningKey{}, nil, unknownTeam(team)
	}
	key, err := NewSigningKey(team, id)
	if err != nil {
		return SigningKey{}, nil, err
	}
	if err := s.addKey(key.Public()); err != nil {
		return SigningKey{}, nil, err
	}
	text, err := pki.MarshalP8(key.Private)
	if err != nil {
		return SigningKey{}, nil, fmt.Errorf("sim: key %s: %w", id, err)
	}
	return key, text, nil
}

// NewCertificate issues a provider certificate of a team for an app, and returns it
// together with its text, PEM with the key. It is revoked with the team's space.
func (s *Simulator) NewCertificate(team, topic string) (*pki.Identity, []byte, error) {
	identity, err := s.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: topic, TeamID: team})
	if err != nil {
		return nil, nil, fmt.Errorf("sim: provider certificate of team %s: %w", team, err)
	}
	if in := s.Spaces.Of(team); in != nil {
		s.spaces.note(in, identity.Certificate.SerialNumber)
	}
	text, err := identity.PEM()
	if err != nil {
		return nil, nil, fmt.Errorf("sim: provider certificate of team %s: %w", team, err)
	}
	return identity, text, nil
}

// DisconnectProviders takes leave of the providers of a team, and returns how many
// connections they had.
func (s *Simulator) DisconnectProviders(team string) int {
	return s.disconnectProviders(func(c provider.Connection) bool { return c.TeamID == team })
}

func (s *Simulator) disconnectProviders(match func(provider.Connection) bool) (ended int) {
	for _, env := range environments {
		ended += s.providers[env].Disconnect(match)
	}
	return ended
}
