package sim

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// InspectCertificate describes the first certificate of a PEM text, and says whether a
// provider that presents it may push now. It ignores other blocks.
func (s *Simulator) InspectCertificate(text string) (controlapi.InspectedCertificate, error) {
	chain, err := certificatesOf([]byte(text))
	if err != nil {
		return controlapi.InspectedCertificate{}, err
	}
	leaf := chain[0]
	seen := controlapi.InspectedCertificate{
		CommonName: leaf.Subject.CommonName, Topic: pki.TopicOf(leaf), Issuer: leaf.Issuer.CommonName,
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
	}
	if units := leaf.Subject.OrganizationalUnit; len(units) > 0 {
		seen.TeamID = units[0]
	}
	who, err := s.Secrets.PKI.VerifyProvider(chain, s.Clock.Now())
	if err != nil {
		seen.Detail = err.Error()
		return seen, nil
	}
	seen.Accepted = true
	for _, may := range []struct {
		push bool
		env  apns.Environment
	}{{who.Production, apns.Production}, {who.Sandbox, apns.Sandbox}} {
		if may.push {
			seen.Environments = append(seen.Environments, may.env.String())
		}
	}
	for _, entry := range who.Topics {
		seen.Topics = append(seen.Topics, entry.Topic)
	}
	return seen, nil
}

// certificatesOf reads the certificates of a PEM text.
func certificatesOf(text []byte) (chain []*x509.Certificate, err error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("body.certificate: certificate %d cannot be read: %w", len(chain)+1, err)
		}
		chain = append(chain, cert)
	}
	if len(chain) == 0 {
		return nil, errors.New("body.certificate has no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----")
	}
	return chain, nil
}
