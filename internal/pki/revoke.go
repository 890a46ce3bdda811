package pki

import (
	"crypto/x509"
	"math/big"
)

// Revoke makes every later verification of the certificate with this serial number
// fail, as APNs rejects a provider certificate that was revoked in the developer account.
// Serial numbers are unique across the authorities. The list is kept in memory.
// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
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

// RevokeDevice makes every later verification of a certificate of this device fail,
// including certificates issued later for the same key, which identifies the device.
// The list is kept in memory.
func (p *PKI) RevokeDevice(device [8]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blocked == nil {
		p.blocked = make(map[[8]byte]bool)
	}
	p.blocked[device] = true
}

// deviceRevoked reports whether [PKI.RevokeDevice] was called for the device.
func (p *PKI) deviceRevoked(device [8]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.blocked[device]
}

func (p *PKI) checkRevoked(r role, leaf *x509.Certificate) error {
	if p.Revoked(leaf.SerialNumber) {
		return r.reject(Revoked, leaf, "serial number %x was revoked", leaf.SerialNumber)
	}
	if p.notListed(leaf.SerialNumber) {
		return r.reject(Revoked, leaf, "serial number %x was revoked with its team, which was deleted", leaf.SerialNumber)
	}
	return nil
}
