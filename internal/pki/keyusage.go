package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
)

// The key usages of authorities, and of the certificates of servers and providers.
// https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3
const (
	authorityKeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	leafKeyUsage      = x509.KeyUsageDigitalSignature
)

// The extended key usages of certificates, and of the authorities that issue them.
// https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12
var (
	serverAuth = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	// observed: clientAuth and digitalSignature in the fixtures of pushy and node-apn
	clientAuth = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
)

// deviceKeyUsage is the key usage of a device certificate.
// observed: pushproxy
func deviceKeyUsage(pub crypto.PublicKey) x509.KeyUsage {
	if _, isRSA := pub.(*rsa.PublicKey); isRSA {
		return leafKeyUsage | x509.KeyUsageKeyEncipherment
	}
	return leafKeyUsage
}

// deviceExtKeyUsage is the extended key usage of a device certificate: both, and critical,
// which package x509 cannot write.
// observed: pushproxy
func deviceExtKeyUsage() (pkix.Extension, error) {
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidEKUServerAuth, oidEKUClientAuth})
	return pkix.Extension{Id: oidExtKeyUsage, Critical: true, Value: usage}, err
}

// checkUse returns an error unless it is an end entity certificate for a TLS client.
// A certificate without the key usage extensions is fit for every use: RFC 5280, 4.2.1.3 and 4.2.1.12.
func checkUse(r role, leaf *x509.Certificate) error {
	restricted := len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) > 0
	switch {
	case leaf.IsCA:
		return r.reject(NotForThisUse, leaf, "it is the certificate of an authority")
	case leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return r.reject(NotForThisUse, leaf, "its key usage lacks digitalSignature")
	case restricted && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny):
		return r.reject(NotForThisUse, leaf, "its extended key usage lacks clientAuth")
	}
	return nil
}
