package teamcontrol

import (
	"fmt"
	"math/big"
	"sync"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/state"
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
	serial := identity.Certificate.SerialNumber
	ts.certificates.add(team, serial)
	ts.Saver.Save(state.Certificate{Serial: serial.Text(16), Team: team})
	text, err := identity.PEM()
	if err != nil {
		return nil, nil, fmt.Errorf("provider certificate of team %s: %w", team, err)
	}
	return identity, text, nil
}

// RevokeCertificates revokes the provider certificates of a team.
func (ts *Teams) RevokeCertificates(team string) {
	for _, serial := range ts.certificates.remove(team) {
		ts.RevokeCertificate(serial)
	}
}

// RevokeCertificate revokes a provider certificate. Connections that are open stay.
func (ts *Teams) RevokeCertificate(serial *big.Int) {
	ts.Saver.Save(state.Certificate{Serial: serial.Text(16), Revoked: true})
	ts.Secrets.PKI.Revoke(serial)
}

// Restore takes over what was saved about certificates and about keys with which the
// simulator signs.
func (ts *Teams) Restore(d *state.Document) error {
	for _, c := range d.Certificates {
		serial, ok := new(big.Int).SetString(c.Serial, 16)
		if !ok {
			return fmt.Errorf("serial number %q of a certificate: write hex digits", c.Serial)
		}
		if c.Revoked {
			ts.Secrets.PKI.Revoke(serial)
		} else {
			ts.certificates.add(c.Team, serial)
		}
	}
	return ts.signing.restore(d.Keys)
}
