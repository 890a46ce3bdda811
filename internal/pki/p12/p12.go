// Package p12 writes the certificates of package pki to PKCS#12 files (RFC 7292) and reads
// them: .p12 files for provider libraries, and a trust store for Java. It knows only the
// file format.
package p12

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// A Format is a choice of algorithms.
type Format uint8

// The formats.
const (
	Modern Format = iota // AES-256 and SHA-256: OpenSSL 1.1 and later, Java 12 and later
	Legacy               // triple DES and SHA-1, for older readers, macOS Keychain among them
	RC2                  // the certificate encrypted with 40-bit RC2, as in old exports; OpenSSL 3 rejects it
)

// encoders is the one table of formats.
var encoders = [...]*pkcs12.Encoder{Modern: pkcs12.Modern2023, Legacy: pkcs12.LegacyDES, RC2: pkcs12.LegacyRC2}

// errNoPassword: without one, several readers cannot tell an empty password from an absent one.
var errNoPassword = errors.New("a PKCS#12 file needs a password: give one, even if it is known to everybody")

// Encode writes the identity, encrypted with the password, and its chain if the format is
// Modern.
func Encode(f Format, id *pki.Identity, password string) ([]byte, error) {
	encoder, err := encoderFor(f, password)
	if err != nil {
		return nil, err
	}
	if len(id.Chain) == 0 {
		return nil, errors.New("the identity has no certificate")
	}
	issuers, err := issuersFor(f, id)
	if err != nil {
		return nil, err
	}
	data, err := encoder.Encode(id.Key, id.Certificate, issuers, password)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", id.Certificate.Subject.CommonName, err)
	}
	return data, nil
}

// issuersFor returns the certificates besides the leaf. Older readers expect none: the one
// of Go, which sideshow/apns2 and gorush use, requires exactly one certificate and one key.
func issuersFor(f Format, id *pki.Identity) (issuers []*x509.Certificate, err error) {
	if f != Modern {
		return nil, nil
	}
	for _, der := range id.Chain[1:] {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("read chain: %w", err)
		}
		issuers = append(issuers, cert)
	}
	return issuers, nil
}

// EncodeTrust writes certificates to be trusted, in the form that Java reads as
// a trust store (with the attribute for trusted key usage).
func EncodeTrust(f Format, roots []*x509.Certificate, password string) ([]byte, error) {
	encoder, err := encoderFor(f, password)
	if err != nil {
		return nil, err
	}
	data, err := encoder.EncodeTrustStore(roots, password)
	if err != nil {
		return nil, fmt.Errorf("encode trust store: %w", err)
	}
	return data, nil
}

func encoderFor(f Format, password string) (*pkcs12.Encoder, error) {
	if password == "" {
		return nil, errNoPassword
	}
	if int(f) >= len(encoders) {
		return nil, fmt.Errorf("no format %d", f)
	}
	return encoders[f], nil
}

// Decode reads an identity, in any format.
func Decode(data []byte, password string) (*pki.Identity, error) {
	key, leaf, issuers, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return nil, diagnose(data, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("decode: a %T cannot sign", key)
	}
	id := &pki.Identity{Certificate: leaf, Chain: [][]byte{leaf.Raw}, Key: signer}
	for _, cert := range issuers {
		id.Chain = append(id.Chain, cert.Raw)
	}
	return id, nil
}
