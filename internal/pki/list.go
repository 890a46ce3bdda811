package pki

import (
	"bytes"
	"crypto/rand"
	"math/big"
)

// A provider certificate that was issued for a team with an end is valid only while it is listed,
// so that nothing has to be remembered of it when the team is gone. It is known by its serial number: listedSerial, and
// 8 random bytes. Those of other certificates have 20 random bytes, as crypto/x509 makes them.
var listedSerial = []byte("team")

const listedSerialSize = 12

// newListedSerial returns the serial number of a certificate that is valid only while it is listed.
func newListedSerial() *big.Int {
	serial := make([]byte, listedSerialSize)
	copy(serial, listedSerial)
	_, _ = rand.Read(serial[len(listedSerial):]) // never fails
	return new(big.Int).SetBytes(serial)
}

// isListedKind reports whether a certificate with this serial number is valid only while it is
// listed.
func isListedKind(serial []byte) bool {
	return len(serial) == listedSerialSize && bytes.HasPrefix(serial, listedSerial)
}

// List makes a certificate valid that was issued with [ProviderRequest.Listed]. It does nothing
// for others. The list is kept in memory.
func (p *PKI) List(serial *big.Int) {
	key := serial.Bytes()
	if !isListedKind(key) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listed == nil {
		p.listed = make(map[string]bool)
	}
	p.listed[string(key)] = true
}

// Unlist makes every later verification of a certificate fail that was issued with
// [ProviderRequest.Listed], and forgets it. For others it does nothing and returns false.
func (p *PKI) Unlist(serial *big.Int) bool {
	key := serial.Bytes()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.listed, string(key))
	if isListedKind(key) {
		delete(p.revoked, string(key))
	}
	return isListedKind(key)
}

// notListed reports whether a certificate is not valid because it is not listed.
func (p *PKI) notListed(serial *big.Int) bool {
	key := serial.Bytes()
	p.mu.Lock()
	defer p.mu.Unlock()
	return isListedKind(key) && !p.listed[string(key)]
}
