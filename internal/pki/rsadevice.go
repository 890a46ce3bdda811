package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
)

// rsaDeviceFile is the stem of the files of the RSA authority for devices.
const rsaDeviceFile = "device-ca-rsa"

// rsaDeviceName is its common name.
const rsaDeviceName = "APNs Simulator TEST iPhone Device CA"

// SignDeviceRSA is [PKI.SignDevice] with a certificate in the form of those of real devices:
// signed with RSA and SHA-1. The device's own key is RSA with at least 1024 bits. The
// authority is made with the first such certificate, and saved if p was loaded from a
// writable directory.
// It returns the chain in DER, leaf first, without the root.
// observed: pushproxy
func (p *PKI) SignDeviceRSA(csr *x509.CertificateRequest) (chain [][]byte, err error) {
	if err := checkRequest(csr); err != nil {
		return nil, err
	}
	if _, isRSA := csr.PublicKey.(*rsa.PublicKey); !isRSA {
		return nil, fmt.Errorf("sign device request: the key is a %T, and real devices have RSA: use RSA 1024 or 2048", csr.PublicKey)
	}
	authority, err := p.rsaDeviceAuthority()
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

// rsaDeviceAuthority returns the RSA authority for devices, and makes it if there is
// none.
func (p *PKI) rsaDeviceAuthority() (*Authority, error) {
	p.making.Lock()
	defer p.making.Unlock()
	if a := p.rsaDevice.Load(); a != nil {
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
	template := authorityTemplate(p.now(), rsaDeviceName, permitted)
	template.PermittedDNSDomainsCritical = p.Root.Certificate.PermittedDNSDomainsCritical
	template.MaxPathLenZero = true
	template.ExtKeyUsage = clientAuth
	a := &Authority{Name: rsaDeviceFile, Key: key}
	if a.Certificate, err = p.Root.issue(template, key.Public()); err != nil {
		return nil, err
	}
	if p.dir != "" {
		if err := a.identity().Save(p.dir, a.Name); err != nil && p.Unsaved != nil {
			p.Unsaved(err) // the directory may be read-only
		}
	}
	p.rsaDevice.Store(a)
	return a, nil
}

// loadRSADevice loads the RSA authority for devices, if there is one.
func (p *PKI) loadRSADevice(dir string) error {
	a, err := loadAuthority(dir, rsaDeviceFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // made on first use
	}
	if err == nil {
		err = p.checkLoaded(dir, a)
	}
	if err != nil {
		return err
	}
	p.rsaDevice.Store(a)
	return nil
}

// deviceAuthority returns the RSA authority for devices if it is the issuer of a
// device's certificate, otherwise the usual one.
func (p *PKI) deviceAuthority(leaf *x509.Certificate) *Authority {
	if a := p.rsaDevice.Load(); a != nil && issuedBy(leaf, a) {
		return a
	}
	return p.DeviceCA
}
