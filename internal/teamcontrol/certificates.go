package teamcontrol

import (
	"fmt"
	"math/big"
	"sync"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// certificates are the serial numbers of the provider certificates of each team, which
// are revoked when the team is deleted.
type certificates struct {
	mu      sync.Mutex
	serials map[string][]*big.Int
}

func (c *certificates) add(team string, serial *big.Int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.serials == nil {
		c.serials = make(map[string][]*big.Int)
	}
	c.serials[team] = append(c.serials[team], serial)
}

func (c *certificates) remove(team string) []*big.Int {
	c.mu.Lock()
	defer c.mu.Unlock()
	serials := c.serials[team]
	delete(c.serials, team)
	return serials
}

// IssueCertificate issues a provider certificate of a team for an app, and returns it
// together with its text, PEM with the key. It is revoked with the team.
func (ts *Teams) IssueCertificate(team, topic string) (*pki.Identity, []byte, error) {
	identity, err := ts.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: topic, TeamID: team})
	if err != nil {
		return nil, nil, fmt.Errorf("provider certificate of team %s: %w", team, err)
	}
	ts.certificates.add(team, identity.Certificate.SerialNumber)
	text, err := identity.PEM()
	if err != nil {
		return nil, nil, fmt.Errorf("provider certificate of team %s: %w", team, err)
	}
	return identity, text, nil
}

// RevokeCertificates revokes the provider certificates of a team.
func (ts *Teams) RevokeCertificates(team string) {
	for _, serial := range ts.certificates.remove(team) {
		ts.Secrets.PKI.Revoke(serial)
	}
}
