package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
)

// genuineFile is the stem of the files of the authority for genuine devices.
const genuineFile = "device-ca-rsa"

// genuineName is its common name.
const genuineName = "APNs Simulator TEST iPhone Device CA"

// SignGenuineDevice is [PKI.SignDevice] with a certificate like those of real devices:
// signed with RSA and SHA-1. The device's own key is RSA with at least 1024 bits. The
// authority is made with the first such certificate, and saved if p was loaded from a
// writable directory.
// It returns the chain in DER, leaf first, without the root.
// observed: pushproxy
func (p *PKI) SignGenuineDevice(csr *x509.CertificateRequest) (chain [][]byte, err error) {
	if err := checkRequest(csr); err != nil {
		return nil, err
	}
	if _, isRSA := csr.PublicKey.(*rsa.PublicKey); !isRSA {
		return nil, fmt.Errorf("sign device request: the key is a %T, and genuine devices have RSA: use RSA 1024 or 2048", csr.PublicKey)
	}
	authority, err := p.genuineAuthority()
	if err != nil {
		return nil, err
	}
	template, err := p.newDeviceTemplate(csr.PublicKey, csr.Subject.CommonName)
	if err != nil {
		return nil, err
	}
	template.SignatureAlgorithm = x509.SHA1WithRSA
	leaf, err := authority.issue(template, csr.PublicKey)
	if err != nil {
		return nil, err
	}
	return [][]byte{leaf.Raw, authority.Certificate.Raw}, nil
}

// genuineAuthority returns the authority for genuine devices, and makes it if there is
// none.
func (p *PKI) genuineAuthority() (*Authority, error) {
	p.making.Lock()
	defer p.making.Unlock()
	if a := p.genuine.Load(); a != nil {
		return a, nil
	}
	permitted, err := parseNames(p.extra)
	if err != nil {
		return nil, err
	}
	key, err := newRSAKey()
	if err != nil {
		return nil, err
	}
	template := authorityTemplate(p.now(), genuineName, permitted)
	template.PermittedDNSDomainsCritical = p.Root.Certificate.PermittedDNSDomainsCritical
	template.MaxPathLenZero = true
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	a := &Authority{Name: genuineFile, Key: key}
	if a.Certificate, err = p.Root.issue(template, key.Public()); err != nil {
		return nil, err
	}
	if p.dir != "" {
		if err := a.identity().Save(p.dir, a.Name); err != nil && p.Unsaved != nil {
			p.Unsaved(err) // the directory may be read-only
		}
	}
	p.genuine.Store(a)
	return a, nil
}

// loadGenuine loads the authority for genuine devices, if there is one.
func (p *PKI) loadGenuine(dir string) error {
	a, err := loadAuthority(dir, genuineFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // made on first use
	}
	if err == nil {
		err = p.checkLoaded(dir, a)
	}
	if err != nil {
		return err
	}
	p.genuine.Store(a)
	return nil
}

// deviceAuthority returns the authority for genuine devices if it is the issuer of a
// device's certificate, otherwise the usual one.
func (p *PKI) deviceAuthority(leaf *x509.Certificate) *Authority {
	if a := p.genuine.Load(); a != nil && issuedBy(leaf, a) {
		return a
	}
	return p.DeviceCA
}
