package courier

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha1" // what devices sign with
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// A nonce is a byte 0 for a courier login, the time in milliseconds since 1970
// and eight random bytes.
//
// observed: apsd, pypush, rustpush
const (
	nonceSize   = 17
	nonceRandom = 9 // where the random bytes begin
)

// A signature begins with two bytes that name the algorithm. The first one is 1.
const (
	signaturePrefix  = 0x01
	signatureRSA     = 0x01 // PKCS #1 v1.5 with SHA-1, from ordinary devices
	signatureECDSA   = 0x03 // P-256 with SHA-256, DER, from attested devices and virtual machines
	signaturePreface = 2
)

// NewNonce makes the nonce of a login at the given time.
// The error is that of the source of random bytes.
func NewNonce(now time.Time, random io.Reader) ([]byte, error) {
	nonce := make([]byte, nonceSize)
	// observed: apsd rounds down to whole seconds.
	binary.BigEndian.PutUint64(nonce[1:], uint64(now.Unix())*1000)
	if _, err := io.ReadFull(random, nonce[nonceRandom:]); err != nil {
		return nil, fmt.Errorf("make nonce: %w", err)
	}
	return nonce, nil
}

// ParseNonce returns the time in a nonce. The error wraps [ErrNonce].
func ParseNonce(nonce []byte) (time.Time, error) {
	if len(nonce) != nonceSize {
		return time.Time{}, fmt.Errorf("%w: %d bytes, want %d", ErrNonce, len(nonce), nonceSize)
	}
	if nonce[0] != 0 {
		return time.Time{}, fmt.Errorf("%w: type %d, want 0", ErrNonce, nonce[0])
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(nonce[1:]))), nil
}

// SignNonce signs a nonce with the key of a device, RSA or ECDSA P-256. The result begins
// with the bytes that name the algorithm. Another kind of key is [ErrNonceKey].
func SignNonce(random io.Reader, key crypto.Signer, nonce []byte) ([]byte, error) {
	algorithm, digest, hash, err := nonceDigest(key.Public(), nonce)
	if err != nil {
		return nil, err
	}
	raw, err := key.Sign(random, digest, hash)
	if err != nil {
		return nil, fmt.Errorf("sign nonce: %w", err)
	}
	return append([]byte{signaturePrefix, algorithm}, raw...), nil
}

// VerifyNonce checks a signature made by [SignNonce] against the public key of the
// device's certificate. The error wraps [ErrNonceSignature], or is [ErrNonceKey].
// SHA-1 and RSA keys of 1024 bits are accepted, since devices use them. The caller
// limits the length of RSA keys beforehand.
func VerifyNonce(pub crypto.PublicKey, nonce, signature []byte) error {
	algorithm, digest, hash, err := nonceDigest(pub, nonce)
	if err != nil {
		return err
	}
	if len(signature) < signaturePreface || signature[0] != signaturePrefix || signature[1] != algorithm {
		return fmt.Errorf("%w: it does not begin with 01 %02x, as the key demands", ErrNonceSignature, algorithm)
	}
	raw := signature[signaturePreface:]
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if err := rsa.VerifyPKCS1v15(pub, hash, digest, raw); err != nil {
			return fmt.Errorf("%w: %w", ErrNonceSignature, err)
		}
	case *ecdsa.PublicKey:
		if !ecdsa.VerifyASN1(pub, digest, raw) {
			return ErrNonceSignature
		}
	}
	return nil
}

// nonceDigest returns the digest that a kind of key signs, and the byte of its algorithm.
func nonceDigest(pub crypto.PublicKey, nonce []byte) (algorithm byte, digest []byte, hash crypto.Hash, err error) {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		sum := sha1.Sum(nonce)
		return signatureRSA, sum[:], crypto.SHA1, nil
	case *ecdsa.PublicKey:
		if pub.Curve == elliptic.P256() {
			sum := sha256.Sum256(nonce)
			return signatureECDSA, sum[:], crypto.SHA256, nil
		}
	}
	return 0, nil, 0, ErrNonceKey
}
