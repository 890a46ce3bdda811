package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/pem"
	"errors"
	"fmt"
)

// MarshalP8 encodes a provider's signing key as Apple does in
// AuthKey_<key id>.p8: PKCS#8 in one PRIVATE KEY block. EC P-256 only, the key of ES256.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
func MarshalP8(key *ecdsa.PrivateKey) ([]byte, error) {
	if key == nil || key.Curve != elliptic.P256() {
		return nil, errors.New("a .p8 file holds an EC P-256 key and nothing else")
	}
	return keyPEM(key)
}

// ParseP8 reads a provider's signing key from the text of a .p8 file, also as it comes
// out of a variable or an editor: on one line, with \n written out, in quotes, with a
// byte order mark, or in base64 once more. An error never has any of the text in it.
func ParseP8(data []byte) (*ecdsa.PrivateKey, error) {
	text, err := normalizePEM(data)
	if err != nil {
		return nil, fmt.Errorf(".p8 file: %w", err)
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, fmt.Errorf(".p8 file: %w", explainNoPEM(text))
	case block.Type != blockKey:
		return nil, fmt.Errorf(".p8 file: %w", notPKCS8(block))
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, errors.New(".p8 file: more follows the PRIVATE KEY block: keep one key per file")
	}
	signer, err := parseKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf(".p8 file: %w", err)
	}
	key, ok := signer.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf(".p8 file: holds a %T: ES256 needs an EC P-256 key", signer)
	}
	if key.Curve != elliptic.P256() {
		return nil, fmt.Errorf(".p8 file: holds an EC key on %s: ES256 needs P-256", key.Params().Name)
	}
	return key, nil
}
