package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // for the signature of the bag
	"crypto/x509/pkix"
	"fmt"
)

// bagHost is the host from which older devices get the signed bag.
// observed: pushproxy
const bagHost = "init-p01st.push.apple.com"

// rsaBits is the size of the RSA keys made here.
const rsaBits = 2048

// SignBag signs the bag, in which devices find the hosts of the couriers, as the host for
// older devices does: RSA PKCS #1 v1.5 with SHA-1. It returns the signature, and the
// signer's chain in DER, leaf first, without the root. The key is made for the first bag
// and kept in memory.
// observed: pushproxy
func (p *PKI) SignBag(bag []byte) (signature []byte, chain [][]byte, err error) {
	signer, err := p.bagSigner()
	if err != nil {
		return nil, nil, err
	}
	sum := sha1.Sum(bag)
	signature, err = signer.Key.Sign(rand.Reader, sum[:], crypto.SHA1)
	if err != nil {
		return nil, nil, fmt.Errorf("sign bag: %w", err)
	}
	return signature, signer.Chain, nil
}

func (p *PKI) bagSigner() (*Identity, error) {
	p.making.Lock()
	defer p.making.Unlock()
	if p.bag != nil && p.lasts(p.bag.Certificate) {
		return p.bag, nil
	}
	key, err := newRSAKey()
	if err != nil {
		return nil, err
	}
	template := leafTemplate(p.now(), serverLife)
	template.Subject = pkix.Name{CommonName: bagHost, Organization: []string{organization}}
	template.ExtKeyUsage = serverAuth
	template.DNSNames = []string{bagHost}
	leaf, err := p.ServerCA.issue(template, key.Public())
	if err != nil {
		return nil, err
	}
	p.bag = newIdentity(leaf, p.ServerCA, key)
	return p.bag, nil
}

// newRSAKey makes an RSA key.
func newRSAKey() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("make an RSA key: %w", err)
	}
	return key, nil
}
