package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"
)

// A ProviderIdentity is the content of a provider certificate.
type ProviderIdentity struct {
	Topic       string // subject UID
	TeamID      string // subject OU; empty in MDM certificates
	CommonName  string
	Production  bool         // may push in production
	Sandbox     bool         // may push in the sandbox
	Topics      []TopicEntry // as listed; the UID alone when the certificate has no list
	Certificate *x509.Certificate
}

// VerifyProvider verifies the certificate that a provider presented in TLS, leaf first.
// The error is a *[CertificateError] if the certificate is rejected.
// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
func (p *PKI) VerifyProvider(chain []*x509.Certificate, now time.Time) (*ProviderIdentity, error) {
	leaf, err := leafOf(providerRole, chain)
	if err != nil {
		return nil, err
	}
	if err := p.checkIssuer(providerRole, leaf, p.ProviderCA, checkModern); err != nil {
		return nil, err
	}
	if err := p.checkRevoked(providerRole, leaf); err != nil {
		return nil, err
	}
	if err := checkDates(providerRole, leaf, now); err != nil {
		return nil, err
	}
	if err := checkUse(providerRole, leaf); err != nil {
		return nil, err
	}
	return ReadProvider(leaf)
}

// ReadProvider returns the content of a provider certificate, which it does not verify. The
// error is a *[CertificateError].
func ReadProvider(leaf *x509.Certificate) (*ProviderIdentity, error) {
	who := &ProviderIdentity{Topic: TopicOf(leaf), CommonName: leaf.Subject.CommonName, Certificate: leaf}
	if units := leaf.Subject.OrganizationalUnit; len(units) > 0 {
		who.TeamID = units[0]
	}
	if who.Topic == "" {
		return nil, providerRole.reject(Malformed, leaf, "the subject has no UID to name the topic")
	}
	for _, ext := range leaf.Extensions {
		if err := who.read(ext.Id, ext.Value); err != nil {
			return nil, providerRole.reject(Malformed, leaf, "extension %s: %v", ext.Id, err)
		}
	}
	if !who.Production && !who.Sandbox {
		return nil, providerRole.reject(NotForThisUse, leaf, "it is marked for neither environment")
	}
	if len(who.Topics) == 0 {
		who.Topics = []TopicEntry{{who.Topic, KindApp}}
	}
	return who, nil
}

// read reads one of Apple's extensions and ignores all others.
func (p *ProviderIdentity) read(id asn1.ObjectIdentifier, value []byte) error {
	switch {
	case id.Equal(oidSandbox):
		p.Sandbox = true
		return checkMarker(value)
	case id.Equal(oidProduction):
		p.Production = true
		return checkMarker(value)
	case id.Equal(oidTopics), id.Equal(oidVoIPTopics):
		topics, err := parseTopics(value)
		p.Topics = append(p.Topics, topics...)
		return err
	}
	return nil
}

func checkMarker(value []byte) error {
	if !bytes.Equal(value, markerValue) {
		return fmt.Errorf("% x where an ASN.1 NULL (05 00) is expected", value)
	}
	return nil
}
