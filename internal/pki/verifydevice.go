package pki

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"time"
)

// A DeviceIdentity is the content of a device certificate.
type DeviceIdentity struct {
	ID          [8]byte // [DeviceID] of the certificate
	CommonName  string  // a UUID, unless the device asked for another name
	PublicKey   crypto.PublicKey
	Certificate *x509.Certificate
}

// DeviceID returns the identifier of a certificate's device: the first 8 bytes of the
// SHA-256 of the DER SubjectPublicKeyInfo. A renewed certificate for the same
// key is the same device.
func DeviceID(cert *x509.Certificate) [8]byte {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return [8]byte(sum[:])
}

// A DevicePolicy says which device certificates are accepted.
type DevicePolicy uint8

// The two policies. Both reject revoked certificates and unsupported keys.
const (
	DeviceStrict  DevicePolicy = iota // issued here, within its dates, for a device
	DeviceLenient                     // any certificate, regardless of issuer, dates and usage
)

// VerifyDevice verifies a device's certificate by [DeviceStrict]. The error is a
// *[CertificateError] if the certificate is rejected. The caller verifies that the device
// has the key: by the TLS handshake, or by the signed nonce.
func (p *PKI) VerifyDevice(chain []*x509.Certificate, now time.Time) (*DeviceIdentity, error) {
	return p.VerifyDeviceUnder(DeviceStrict, chain, now)
}

// VerifyDeviceUnder is [PKI.VerifyDevice] with a policy.
func (p *PKI) VerifyDeviceUnder(policy DevicePolicy, chain []*x509.Certificate, now time.Time) (*DeviceIdentity, error) {
	leaf, err := leafOf(deviceRole, chain)
	if err != nil {
		return nil, err
	}
	if policy == DeviceStrict {
		if err := p.checkDevice(leaf, now); err != nil {
			return nil, err
		}
	}
	if err := p.checkRevoked(deviceRole, leaf); err != nil {
		return nil, err
	}
	id := DeviceID(leaf)
	if p.deviceRevoked(id) {
		return nil, deviceRole.reject(Revoked, leaf, "device %x was revoked with all certificates of its key", id)
	}
	if err := CheckKey(leaf.PublicKey); err != nil {
		return nil, deviceRole.reject(NotForThisUse, leaf, "%v", err)
	}
	return &DeviceIdentity{
		ID:          id,
		CommonName:  leaf.Subject.CommonName,
		PublicKey:   leaf.PublicKey,
		Certificate: leaf,
	}, nil
}

func (p *PKI) checkDevice(leaf *x509.Certificate, now time.Time) error {
	if err := p.checkIssuer(deviceRole, leaf, p.deviceAuthority(leaf), checkWithSHA1); err != nil {
		return err
	}
	if err := checkDates(deviceRole, leaf, now); err != nil {
		return err
	}
	return checkUse(deviceRole, leaf)
}
