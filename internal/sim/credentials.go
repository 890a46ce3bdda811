package sim

import (
	"fmt"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// Credentials returns the key of the default team and a new certificate for its app, for
// providers that cannot read the files of [Info].
func (s *Simulator) Credentials() (controlapi.Credentials, error) {
	key := s.Secrets.Keys[0]
	p8, err := pki.MarshalP8(key.Private)
	if err != nil {
		return controlapi.Credentials{}, fmt.Errorf("key %s: %w", key.KeyID, err)
	}
	identity, err := s.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: DefaultTopic, TeamID: DefaultTeam})
	if err != nil {
		return controlapi.Credentials{}, fmt.Errorf("provider certificate for %s: %w", DefaultTopic, err)
	}
	certificate, err := identity.PEM()
	if err != nil {
		return controlapi.Credentials{}, fmt.Errorf("provider certificate for %s: %w", DefaultTopic, err)
	}
	return controlapi.Credentials{Team: key.TeamID, KeyID: key.KeyID, Key: string(p8), Topic: DefaultTopic, Certificate: string(certificate)}, nil
}
