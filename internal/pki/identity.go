package pki

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// An Identity is a certificate of a provider or a device, with its key.
type Identity struct {
	Certificate *x509.Certificate
	Chain       [][]byte // DER, leaf first, without the root
	Key         crypto.Signer
}

func newIdentity(leaf *x509.Certificate, issuer *Authority, key crypto.Signer) *Identity {
	return &Identity{Certificate: leaf, Chain: [][]byte{leaf.Raw, issuer.Certificate.Raw}, Key: key}
}

// TLS is the identity as a client certificate for tls.Config.Certificates.
func (id *Identity) TLS() tls.Certificate {
	return tls.Certificate{Certificate: id.Chain, PrivateKey: id.Key, Leaf: id.Certificate}
}

// CertificatePEM is the chain, leaf first.
func (id *Identity) CertificatePEM() []byte { return certificatePEM(id.Chain...) }

// KeyPEM is the private key in PKCS#8.
func (id *Identity) KeyPEM() ([]byte, error) { return keyPEM(id.Key) }

// PEM is the chain followed by the private key, the one file that most provider libraries ask for.
func (id *Identity) PEM() ([]byte, error) {
	key, err := id.KeyPEM()
	if err != nil {
		return nil, err
	}
	return append(id.CertificatePEM(), key...), nil
}

// ParseIdentity reads the output of [Identity.PEM], in one text or two. The first
// certificate is the leaf; the key may be anywhere.
func ParseIdentity(pieces ...[]byte) (*Identity, error) {
	var id Identity
	for _, piece := range pieces {
		if err := id.readPEM(piece); err != nil {
			return nil, err
		}
	}
	if err := id.complete(); err != nil {
		return nil, err
	}
	return &id, nil
}

// complete returns an error unless there are a certificate and its key.
func (id *Identity) complete() error {
	switch {
	case id.Certificate == nil:
		return errors.New("no CERTIFICATE block: give the certificate as PEM")
	case id.Key == nil:
		return errors.New("no PRIVATE KEY block: give the certificate's key as PEM in PKCS#8")
	}
	return holds(id.Certificate, id.Key)
}
