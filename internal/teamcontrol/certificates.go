package teamcontrol

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/state"
)

// certificates are the provider certificates that were issued here, without their keys.
// Those of a team are revoked and forgotten when the team is deleted.
type certificates struct {
	mu     sync.Mutex
	next   uint64
	issued []issuedCertificate // the oldest first
}

// An issuedCertificate is a certificate in the list.
type issuedCertificate struct {
	number      uint64 // in the order of issuing
	serial      *big.Int
	der         []byte
	description controlapi.Certificate // all but Revoked
}

// certificateOrder is that of certificates: the oldest first.
var certificateOrder = controlapi.Order[issuedCertificate]{
	Key:  func(c issuedCertificate) string { return fmt.Sprintf("certificate-%020d", c.number) },
	Form: regexp.MustCompile(`^certificate-\d{20}$`),
}

// add adds a certificate, once.
func (c *certificates) add(one issuedCertificate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.issued, func(other issuedCertificate) bool { return other.serial.Cmp(one.serial) == 0 }) {
		return
	}
	c.next++
	one.number = c.next
	c.issued = append(c.issued, one)
}

// remove removes the certificates of a team, and returns their serial numbers.
func (c *certificates) remove(team string) (serials []*big.Int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.issued = slices.DeleteFunc(c.issued, func(one issuedCertificate) bool {
		if one.description.Team != team {
			return false
		}
		serials = append(serials, one.serial)
		return true
	})
	return serials
}

// of returns the certificates of a team, or all of them for "".
func (c *certificates) of(team string) []issuedCertificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.Clone(c.issued)
	if team == "" {
		return list
	}
	return slices.DeleteFunc(list, func(one issuedCertificate) bool { return one.description.Team != team })
}

// IssueCertificate issues a provider certificate of a team for an app, and returns it
// together with its text, PEM with the key. It is revoked with the team.
func (ts *Teams) IssueCertificate(team, topic string) (*pki.Identity, []byte, error) {
	identity, err := ts.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: topic, TeamID: team, Listed: true})
	if err == nil {
		err = ts.AddCertificate(identity.Certificate)
	}
	var text []byte
	if err == nil {
		leaf := identity.Certificate
		ts.Saver.Save(state.Certificate{Serial: leaf.SerialNumber.Text(16), Team: team, DER: leaf.Raw})
		text, err = identity.PEM()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("provider certificate of team %s: %w", team, err)
	}
	return identity, text, nil
}

// AddCertificate adds a provider certificate that was issued elsewhere to the list of its
// team.
func (ts *Teams) AddCertificate(leaf *x509.Certificate) error {
	who, err := pki.ReadProvider(leaf)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(leaf.Raw)
	one := issuedCertificate{serial: leaf.SerialNumber, der: leaf.Raw, description: controlapi.Certificate{
		Serial: hex.EncodeToString(leaf.SerialNumber.Bytes()), Fingerprint: hex.EncodeToString(sum[:]), Team: who.TeamID, Topic: who.Topic, CommonName: who.CommonName,
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
	}}
	for _, may := range []struct {
		push bool
		env  apns.Environment
	}{{who.Production, apns.Production}, {who.Sandbox, apns.Sandbox}} {
		if may.push {
			one.description.Environments = append(one.description.Environments, may.env.String())
		}
	}
	ts.Secrets.PKI.List(leaf.SerialNumber)
	ts.certificates.add(one)
	return nil
}

// PageCertificates describes a page of the provider certificates that were issued, the
// oldest first, those of a team if it is not "".
func (ts *Teams) PageCertificates(team string, p controlapi.Page) (list []controlapi.Certificate, next string, err error) {
	if team != "" && !ts.Auth.HasTeam(team) {
		return nil, "", UnknownTeam(team)
	}
	return controlapi.PageOf(ts.certificates.of(team), certificateOrder, p, func(c issuedCertificate) controlapi.Certificate {
		c.description.Revoked = ts.Secrets.PKI.Revoked(c.serial)
		return c.description
	})
}

// RevokeSerial revokes a provider certificate in the list, by its serial number in hex.
// Connections that are open stay.
func (ts *Teams) RevokeSerial(serial string) error {
	for _, c := range ts.certificates.of("") {
		if strings.EqualFold(c.description.Serial, serial) {
			ts.Saver.Save(state.Certificate{Serial: c.serial.Text(16), Team: c.description.Team, Revoked: true, DER: c.der})
			ts.Secrets.PKI.Revoke(c.serial)
			return nil
		}
	}
	return fmt.Errorf("%w provider certificate: serial number %q; GET /v1/certificates lists those that were issued", controlapi.ErrNotFound, serial)
}

// RevokeCertificates revokes the provider certificates of a team and forgets them. Nothing stays
// saved of those that were issued here.
func (ts *Teams) RevokeCertificates(team string) {
	serials := ts.certificates.remove(team)
	var issued []state.Element
	for _, serial := range serials {
		if ts.Secrets.PKI.Unlist(serial) {
			issued = append(issued, state.Certificate{Serial: serial.Text(16)})
		} else {
			ts.RevokeCertificate(serial)
		}
	}
	ts.Saver.Remove(issued...)
}

// RevokeCertificate revokes a provider certificate, whether it is in the list or not.
// Connections that are open stay.
func (ts *Teams) RevokeCertificate(serial *big.Int) {
	ts.Saver.Save(state.Certificate{Serial: serial.Text(16), Revoked: true})
	ts.Secrets.PKI.Revoke(serial)
}

// Restore takes over what was saved about certificates and about keys with which the
// simulator signs.
func (ts *Teams) Restore(d *state.Document) error {
	for i := range d.Certificates {
		if err := ts.restoreCertificate(&d.Certificates[i]); err != nil {
			return err
		}
	}
	return ts.signing.restore(d.Keys)
}

// restoreCertificate takes over a certificate. One of a team that was deleted is known by
// its serial number alone.
func (ts *Teams) restoreCertificate(c *state.Certificate) error {
	serial, ok := new(big.Int).SetString(c.Serial, 16)
	if !ok {
		return fmt.Errorf("serial number %q of a certificate: write hex digits", c.Serial)
	}
	if c.Revoked {
		ts.Secrets.PKI.Revoke(serial)
	}
	if len(c.DER) == 0 {
		if c.Team != "" {
			ts.Secrets.PKI.List(serial)
			ts.certificates.add(issuedCertificate{serial: serial, description: controlapi.Certificate{Serial: hex.EncodeToString(serial.Bytes()), Team: c.Team, Environments: []string{}}})
		}
		return nil
	}
	leaf, err := x509.ParseCertificate(c.DER)
	if err == nil {
		err = ts.AddCertificate(leaf)
	}
	if err != nil {
		return fmt.Errorf("certificate with serial number %s: %w", c.Serial, err)
	}
	return nil
}
