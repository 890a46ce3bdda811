package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"unicode/utf8"
)

// maxCommonName is the longest common name, in characters: ub-common-name.
// https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1
const maxCommonName = 64

// IssueDevice makes the certificate of a device. A nil key is replaced by a
// fresh EC P-256 key, an empty common name by a random UUID. Keys of real
// devices are RSA; both are accepted everywhere.
func (p *PKI) IssueDevice(key crypto.Signer, commonName string) (*Identity, error) {
	if key == nil {
		fresh, err := NewKey()
		if err != nil {
			return nil, err
		}
		key = fresh
	}
	leaf, err := p.issueDevice(key.Public(), commonName)
	if err != nil {
		return nil, err
	}
	return newIdentity(leaf, p.DeviceCA, key), nil
}

// SignDevice issues the certificate for a signing request, as at activation, and returns it
// in DER. It takes the public key and the common name from the request; the rest of the
// subject is the same for all devices.
func (p *PKI) SignDevice(csr *x509.CertificateRequest) ([]byte, error) {
	if err := checkRequest(csr); err != nil {
		return nil, err
	}
	leaf, err := p.issueDevice(csr.PublicKey, csr.Subject.CommonName)
	if err != nil {
		return nil, err
	}
	return leaf.Raw, nil
}

// checkRequest verifies that a signing request was signed with its own key.
func checkRequest(csr *x509.CertificateRequest) error {
	if err := CheckKey(csr.PublicKey); err != nil {
		return fmt.Errorf("sign device request: %w", err)
	}
	if err := csr.CheckSignature(); err != nil { // accepts SHA-1
		return fmt.Errorf("sign device request: its signature is invalid: sign the request with the device's own key: %w", err)
	}
	return nil
}

func (p *PKI) issueDevice(pub crypto.PublicKey, commonName string) (*x509.Certificate, error) {
	template, err := p.newDeviceTemplate(pub, commonName)
	if err != nil {
		return nil, err
	}
	return p.DeviceCA.issue(template, pub)
}

// newDeviceTemplate checks the key and the name and returns the template of the
// certificate. An empty common name is replaced by a random UUID.
func (p *PKI) newDeviceTemplate(pub crypto.PublicKey, commonName string) (*x509.Certificate, error) {
	if err := CheckKey(pub); err != nil {
		return nil, fmt.Errorf("issue device certificate: %w", err)
	}
	if commonName == "" {
		commonName = newUUID()
	}
	if n := utf8.RuneCountInString(commonName); n > maxCommonName {
		return nil, fmt.Errorf("issue device certificate: common name has %d characters; the maximum is %d (RFC 5280)", n, maxCommonName)
	}
	template, err := p.deviceTemplate(pub, commonName)
	if err != nil {
		return nil, fmt.Errorf("issue device certificate: %w", err)
	}
	return template, nil
}

// deviceTemplate has the shape of a real device certificate.
// observed: pushproxy
func (p *PKI) deviceTemplate(pub crypto.PublicKey, commonName string) (*x509.Certificate, error) {
	t := leafTemplate(p.now(), deviceLife)
	t.KeyUsage = deviceKeyUsage(pub)
	usage, err := deviceExtKeyUsage()
	if err != nil {
		return nil, err
	}
	t.ExtraExtensions = append(markers(oidDevice), usage)
	t.RawSubject, err = subject(
		attribute{oidCommonName, commonName},
		attribute{oidOrgUnit, "iPhone"},
		attribute{oidOrganization, "Apple Inc."},
		attribute{oidLocality, "Cupertino"},
		attribute{oidProvince, "CA"},
		attribute{oidCountry, "US"},
	)
	return t, err
}

// newUUID returns a random UUID in upper case, as Apple writes them.
// https://www.rfc-editor.org/rfc/rfc9562#section-5.4
func newUUID() string {
	var u [16]byte
	rand.Read(u[:]) // never fails: crypto/rand
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", u[0:4], u[4:6], u[6:8], u[8:10], u[10:])
}
