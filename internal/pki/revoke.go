package pki

import (
	"crypto/x509"
	"math/big"
)

// Revoke makes every later verification of the certificate with this serial
// number fail, as a provider revoked in Apple's portal is refused by APNs'
// own revocation list. Serial numbers are unique across the authorities.
// The list is kept in memory.
func (p *PKI) Revoke(serial *big.Int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.revoked == nil {
		p.revoked = make(map[string]bool)
	}
	p.revoked[string(serial.Bytes())] = true
}

// Revoked reports whether the serial number was revoked.
func (p *PKI) Revoked(serial *big.Int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.revoked[string(serial.Bytes())]
}

func (p *PKI) checkRevoked(r role, leaf *x509.Certificate) error {
	if p.Revoked(leaf.SerialNumber) {
		return r.refuse(Revoked, leaf, "serial number %x was revoked", leaf.SerialNumber)
	}
	return nil
}
