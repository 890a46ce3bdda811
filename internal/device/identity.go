package device

import (
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
)

// An Identity is what a device proves itself with: the device certificate that
// activation gave it, and the key that never left it.
type Identity struct {
	// Chain is DER, the device certificate first, then intermediates.
	Chain [][]byte
	Key   crypto.Signer
}

// credentials is an identity whose certificate has been read. What was read is not kept:
// it is three times as large as the certificate.
type credentials struct {
	Identity
	id apns.DeviceID
}

// check reads the certificate and makes sure that it belongs to the key.
func (i Identity) check() (credentials, error) {
	if len(i.Chain) == 0 || i.Key == nil {
		return credentials{}, errors.New("identity needs a device certificate and its key")
	}
	leaf, err := x509.ParseCertificate(i.Chain[0])
	if err != nil {
		return credentials{}, fmt.Errorf("read device certificate: %w", err)
	}
	public, ok := leaf.PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
	if !ok || !public.Equal(i.Key.Public()) {
		return credentials{}, fmt.Errorf("the device certificate %q is for another key", leaf.Subject.CommonName)
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return credentials{Identity: i, id: apns.DeviceID(sum[:8])}, nil
}

// certificate gives the identity in the form crypto/tls wants.
func (c *credentials) certificate() *tls.Certificate {
	return &tls.Certificate{Certificate: c.Chain, PrivateKey: c.Key}
}

// shown is what Connect carries of the chain: the device certificate alone. It is all
// that activation gives a device at Apple, and some parsers refuse a field that
// repeats. Only devices with an attested key have intermediates to send.
//
// observed: pypush, pushproxy; apsd can send several
func (c *credentials) shown() [][]byte { return c.Chain[:1] }
