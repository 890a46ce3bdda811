package tokenvault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/daead/subtle"
)

// SecretSize is the length of a secret, in bytes.
const SecretSize = 32

// keyLabel separates the device-token key from anything else that may ever be derived
// from the same secret. Changing it makes every token ever issued unreadable.
const keyLabel = "apns-sim device token v1"

// sivSize is by how much AES-SIV lengthens its input: the synthetic IV, which
// is also the check (RFC 5297, 2.6).
const sivSize = 16

// A deviceTokenKey encrypts and decrypts records.
type deviceTokenKey struct {
	secret []byte
	// number counts the keys of the vault, from 0 for its oldest.
	number int
	siv    *subtle.AESSIV
}

// newDeviceTokenKey derives the device-token key from a secret.
func newDeviceTokenKey(secret []byte, number int) (*deviceTokenKey, error) {
	if len(secret) != SecretSize {
		return nil, fmt.Errorf("the secret has %d bytes; use %d random ones", len(secret), SecretSize)
	}
	derived, err := hkdf.Key(sha256.New, secret, nil, keyLabel, subtle.AESSIVKeySize)
	if err != nil {
		return nil, fmt.Errorf("derive the device-token key: %w", err)
	}
	siv, err := subtle.NewAESSIV(derived)
	if err != nil {
		return nil, fmt.Errorf("set up AES-SIV: %w", err)
	}
	return &deviceTokenKey{secret: append([]byte(nil), secret...), number: number, siv: siv}, nil
}

// encrypt encrypts a record into a token of length bytes.
func (k *deviceTokenKey) encrypt(r *tokenRecord, length int) []byte {
	var buf [maxPlain]byte
	plain := buf[:length-sivSize]
	r.put(plain)
	token, err := k.siv.EncryptDeterministically(plain, nil)
	if err != nil { // only for input of nearly the size of the address space
		panic(fmt.Sprintf("tokenvault: encrypt %d bytes: %v", len(plain), err))
	}
	return token
}

// decrypt is the reverse of encrypt. It reports false for a token that was not
// encrypted with this key.
func (k *deviceTokenKey) decrypt(token []byte) (tokenRecord, bool) {
	plain, err := k.siv.DecryptDeterministically(token, nil)
	if err != nil {
		return tokenRecord{}, false // its only error: not encrypted with this key
	}
	return parseTokenRecord(plain)
}
