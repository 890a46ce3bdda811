package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

// A signatureCheck verifies that ca signed leaf.
type signatureCheck func(leaf, ca *x509.Certificate) error

// checkModern rejects SHA-1, which no provider certificate needs.
func checkModern(leaf, ca *x509.Certificate) error { return leaf.CheckSignatureFrom(ca) }

// checkWithSHA1 accepts SHA-1 as well, and RSA keys as short as crypto/rsa allows:
// x509.Certificate.CheckSignature does, while CheckSignatureFrom and Verify do not.
// observed: device certificates are sha1WithRSAEncryption (pushproxy)
func checkWithSHA1(leaf, ca *x509.Certificate) error {
	return ca.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature)
}

// minRSABits is the shortest RSA key that is accepted.
// observed: real device keys have 1024 (pushproxy)
const minRSABits = 1024

// MaxRSABits is the longest RSA key that is accepted, which limits the work a peer
// can cause.
const MaxRSABits = 4096

// CheckKey accepts the keys of providers and devices: EC P-256 and RSA. It is called
// before every verification of a signature with a peer's key: the work grows with the
// square of the key's length, and neither crypto/x509 nor crypto/rsa has an upper bound.
func CheckKey(pub crypto.PublicKey) error {
	switch pub := pub.(type) {
	case *ecdsa.PublicKey:
		if pub.Curve == elliptic.P256() {
			return nil
		}
		return fmt.Errorf("an EC key on %s: use P-256", pub.Params().Name)
	case *rsa.PublicKey:
		if bits := pub.N.BitLen(); bits < minRSABits || bits > MaxRSABits {
			return fmt.Errorf("an RSA key of %d bits: use 2048", bits)
		}
		return nil
	}
	return fmt.Errorf("a %T: use EC P-256 or RSA", pub)
}
