package lesson

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// es256Half is the size of each half of an ES256 signature: RFC 7518, 3.4.
const es256Half = 32

// A providerToken is a provider token and what it was made from.
type providerToken struct {
	header, claims []byte // JSON
	signature      []byte
}

// makeToken makes a provider token.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
func makeToken(key *ecdsa.PrivateKey, keyID, teamID string, issued time.Time) (*providerToken, error) {
	header, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
	}{"ES256", keyID})
	if err != nil {
		return nil, fmt.Errorf("write the header of the provider token: %w", err)
	}
	claims, err := json.Marshal(struct {
		Iss string `json:"iss"`
		Iat int64  `json:"iat"`
	}{teamID, issued.Unix()})
	if err != nil {
		return nil, fmt.Errorf("write the claims of the provider token: %w", err)
	}
	t := &providerToken{header: header, claims: claims}
	digest := sha256.Sum256([]byte(t.signed()))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return nil, fmt.Errorf("sign the provider token: %w", err)
	}
	t.signature = append(r.FillBytes(make([]byte, es256Half)), s.FillBytes(make([]byte, es256Half))...)
	return t, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// signed is the text that the signature is about: RFC 7515, 5.1.
func (t *providerToken) signed() string { return encode(t.header) + "." + encode(t.claims) }

func (t *providerToken) String() string { return t.signed() + "." + encode(t.signature) }

// verify checks the signature as APNs does.
func (t *providerToken) verify(key *ecdsa.PublicKey) bool {
	if len(t.signature) != 2*es256Half {
		return false
	}
	digest := sha256.Sum256([]byte(t.signed()))
	r, s := new(big.Int).SetBytes(t.signature[:es256Half]), new(big.Int).SetBytes(t.signature[es256Half:])
	return ecdsa.Verify(key, digest[:], r, s)
}

// parts are the three parts of the token, and the dots between them.
func (t *providerToken) parts() []Part {
	var w blockWriter
	w.add([]byte(encode(t.header)), "header", string(t.header), "the algorithm (alg), and the ID of the key that the sender says it used (kid)")
	w.add([]byte("."), "dot", "", "")
	w.add([]byte(encode(t.claims)), "claims", string(t.claims), "the team that the sender says it is (iss), and when the token was made, in seconds since 1970 (iat)")
	w.add([]byte("."), "dot", "", "")
	w.add([]byte(encode(t.signature)), "signature", fmt.Sprintf("%x…, %d bytes", t.signature[:8], len(t.signature)), "two numbers, r and s, made from header and claims with a private key")
	return w.Parts
}

func (t *providerToken) block() Block {
	return Block{Title: "provider token", Bytes: Hex(t.String()), Text: true, Parts: t.parts()}
}

// parseKey reads the text of a .p8 file.
func parseKey(text string) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(bytes.TrimSpace([]byte(text)))
	if block == nil {
		return nil, errors.New("the control API gave no authentication key in PEM form")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the authentication key: %w", err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("the authentication key is not an ECDSA key")
	}
	return ec, nil
}
