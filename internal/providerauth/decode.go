package providerauth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// maxToken is the longest provider token that is decoded, in bytes. Real ones have 150
// to 400; the headers of a request together may have 8000.
const maxToken = 4096

// A decoded token is what a provider token claims, before it is verified.
type decoded struct {
	signed    string // the bytes under the signature: header, dot, claims
	signature []byte
	algorithm string
	keyID     string
	teamID    string
	issuedAt  float64 // UNIX seconds
	used      tolerance
}

// decode reads a provider token leniently. Its error is written for the developer of
// the provider.
func decode(raw string) (*decoded, error) {
	if len(raw) > maxToken {
		return nil, fmt.Errorf("the token has %d bytes, more than %d", len(raw), maxToken)
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("the token has %d parts separated by dots instead of 3", len(parts))
	}
	d := &decoded{signed: raw[:len(parts[0])+1+len(parts[1])]}
	if err := d.readHeader(parts[0]); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if err := d.readClaims(parts[1]); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	signature, err := d.segment(parts[2])
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	d.signature = signature
	return d, nil
}

func (d *decoded) readHeader(segment string) error {
	members, err := d.object(segment)
	if err != nil {
		return err
	}
	if d.algorithm, err = text(members, "alg"); err != nil {
		return err
	}
	if d.keyID, err = text(members, "kid"); err != nil {
		return err
	}
	if len(members) > 2 {
		d.used |= extraHeader
	}
	return nil
}

func (d *decoded) readClaims(segment string) error {
	members, err := d.object(segment)
	if err != nil {
		return err
	}
	if d.teamID, err = text(members, "iss"); err != nil {
		return err
	}
	issuedAt, used, err := readIssuedAt(members["iat"])
	if err != nil {
		return err
	}
	d.issuedAt = issuedAt
	d.used |= used
	if len(members) > 2 {
		d.used |= extraClaims
	}
	return nil
}

// segment decodes base64 in either alphabet, padded or not.
func (d *decoded) segment(s string) ([]byte, error) {
	bare := strings.TrimRight(s, "=")
	if len(bare) != len(s) {
		d.used |= padding
	}
	encoding := base64.RawURLEncoding
	if strings.ContainsAny(bare, "+/") {
		d.used |= standardAlphabet
		encoding = base64.RawStdEncoding
	}
	b, err := encoding.DecodeString(bare)
	if err != nil {
		return nil, fmt.Errorf("not base64: %w", err)
	}
	return b, nil
}

// object decodes a segment that is a JSON object. Names are compared exactly.
func (d *decoded) object(segment string) (map[string]json.RawMessage, error) {
	b, err := d.segment(segment)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if compact.Len() != len(b) {
		d.used |= jsonSpace
	}
	return members, nil
}

// text returns a member that must be a string and not empty.
func text(members map[string]json.RawMessage, name string) (string, error) {
	raw, ok := members[name]
	if !ok {
		return "", fmt.Errorf("%s is missing", name)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil || s == "" {
		return "", fmt.Errorf("%s must be a string and not empty", name)
	}
	return s, nil
}
