package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"
)

// An Authority is a certificate that may issue others, with its key.
type Authority struct {
	Name        string // short name, which is also the stem of its files: "ca", "server-ca", …
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Lifetimes. Certificates begin a day early, for peers with slow clocks.
const (
	day           = 24 * time.Hour
	backdated     = day
	authorityLife = 10 * 365 * day

	// "TLS server certificates issued on or after September 1, 2020 […] must not
	// have a validity period greater than 398 days."
	// https://support.apple.com/en-us/102028
	serverLife = 397*day - backdated

	providerLife = 365 * day     // "valid one year": https://developer.apple.com/help/account/certificates/certificates-overview
	deviceLife   = 3 * 365 * day // observed: real device certificates (pushproxy)
)

const (
	organization = "APNs Simulator TEST"
	rootName     = "APNs Simulator TEST Root CA"
)

// An authorityRow is one of the three issuing authorities.
type authorityRow struct {
	file       string
	commonName string
	usage      []x509.ExtKeyUsage // the only use of certificates below it
	markers    []asn1.ObjectIdentifier
	field      func(*PKI) **Authority
}

// authorities lists the issuing authorities below the root, modeled on Apple's Server
// Authentication CA, Worldwide Developer Relations CA and iPhone Device CA.
var authorities = []authorityRow{
	{
		file:       "server-ca",
		commonName: "APNs Simulator TEST Server Authentication CA",
		usage:      serverAuth,
		markers:    []asn1.ObjectIdentifier{oidServerCA},
		field:      func(p *PKI) **Authority { return &p.ServerCA },
	},
	{
		file:       "provider-ca",
		commonName: "APNs Simulator TEST Developer Relations CA",
		usage:      clientAuth,
		field:      func(p *PKI) **Authority { return &p.ProviderCA },
	},
	{
		file:       "device-ca",
		commonName: "APNs Simulator TEST Device CA",
		usage:      clientAuth,
		field:      func(p *PKI) **Authority { return &p.DeviceCA },
	},
}

// rootFile is the short name of the root, whose certificate users trust.
const rootFile = "ca"

// newAuthority makes a key and a certificate signed by parent, or by itself if parent is nil.
func newAuthority(name string, template *x509.Certificate, parent *Authority) (*Authority, error) {
	key, err := NewKey()
	if err != nil {
		return nil, err
	}
	a := &Authority{Name: name, Key: key}
	if parent == nil {
		parent = &Authority{Name: name, Certificate: template, Key: key}
	}
	a.Certificate, err = parent.issue(template, key.Public())
	return a, err
}

// authorityTemplate is the certificate of an authority that may issue certificates for
// the permitted names only. Root and issuing authorities have the same constraints,
// because Java ignores those of a trusted root (observed: OpenJDK 17).
func authorityTemplate(now time.Time, commonName string, permitted names) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName, Organization: []string{organization}},
		NotBefore:             now.Add(-backdated),
		NotAfter:              now.Add(authorityLife),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              authorityKeyUsage,

		PermittedDNSDomainsCritical: true, // https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
		PermittedDNSDomains:         permitted.domains(),
		PermittedIPRanges:           permitted.ranges(),
	}
}

// leafTemplate is what the certificates of servers, providers and devices have in common.
func leafTemplate(now time.Time, life time.Duration) *x509.Certificate {
	return &x509.Certificate{
		NotBefore:             now.Add(-backdated),
		NotAfter:              now.Add(life),
		BasicConstraintsValid: true,
		KeyUsage:              leafKeyUsage,
	}
}

// issue signs template for pub, with a random serial number and both key identifiers.
func (a *Authority) issue(template *x509.Certificate, pub crypto.PublicKey) (*x509.Certificate, error) {
	var err error
	if template.SubjectKeyId, err = keyIdentifier(pub); err != nil {
		return nil, fmt.Errorf("issue from %s: %w", a.Name, err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, pub, a.Key)
	if err != nil {
		return nil, fmt.Errorf("issue from %s: %w", a.Name, err)
	}
	return x509.ParseCertificate(der)
}

// keyIdentifier is the leftmost 160 bits of the SHA-256 of the public key, method 1.
// https://www.rfc-editor.org/rfc/rfc7093#section-2
func keyIdentifier(pub crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, err
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(info.PublicKey.Bytes)
	return sum[:20], nil
}

// NewKey makes an EC P-256 key, the default kind.
func NewKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}

// holds reports whether key belongs to the certificate.
func holds(cert *x509.Certificate, key crypto.Signer) error {
	pub, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !pub.Equal(cert.PublicKey) {
		return errors.New("the key belongs to another certificate")
	}
	return nil
}
