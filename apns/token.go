package apns

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxDeviceToken is the longest device token, in bytes, that is looked at.
// Tokens of 32, 40 and 80 bytes are in use, and Apple says not to assume a
// length ("Registering your app with APNs").
const MaxDeviceToken = 100

// A DeviceToken is the address of one app on one device. It holds the token's
// bytes, not their hex form, and is opaque to everybody but APNs.
type DeviceToken string

// ParseDeviceToken reads the hexadecimal form that providers use, in either
// case. It fails on an empty string, anything that is not a hex digit, an odd
// number of digits and more than [MaxDeviceToken] bytes.
func ParseDeviceToken(s string) (DeviceToken, error) {
	var buf [MaxDeviceToken]byte
	n, err := DecodeDeviceToken(buf[:], s)
	if err != nil {
		return "", err
	}
	return DeviceToken(buf[:n]), nil
}

// DecodeDeviceToken is [ParseDeviceToken] into dst, which must have room for
// [MaxDeviceToken] bytes. It returns the token's length in bytes.
func DecodeDeviceToken(dst []byte, s string) (int, error) {
	switch {
	case s == "":
		return 0, errors.New("device token is empty")
	case len(s) > 2*MaxDeviceToken:
		return 0, fmt.Errorf("device token has %d characters, more than %d", len(s), 2*MaxDeviceToken)
	}
	n := len(s) / 2
	for i := range n {
		hi, lo := unhex[s[2*i]], unhex[s[2*i+1]]
		if hi|lo == notHex {
			return 0, notHexAt(s)
		}
		dst[i] = hi<<4 | lo
	}
	switch {
	case len(s)%2 == 0:
		return n, nil
	case unhex[s[2*n]] == notHex:
		return 0, notHexAt(s)
	}
	return 0, fmt.Errorf("device token has an odd number of hex digits (%d)", len(s))
}

// notHexAt says where s is not hexadecimal for the first time.
func notHexAt(s string) error {
	i := strings.IndexFunc(s, func(c rune) bool { return c >= utf8.RuneSelf || unhex[c] == notHex })
	c, _ := utf8.DecodeRuneInString(s[i:])
	return fmt.Errorf("device token is not hexadecimal at character %d, %q", i, c)
}

const notHex = 0xff

// unhex maps an ASCII hex digit to its value, everything else to notHex.
var unhex = func() (t [256]byte) {
	for i := range t {
		t[i] = notHex
	}
	for i := range byte(10) {
		t['0'+i] = i
	}
	for i := range byte(6) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return t
}()

// String returns the token in lower-case hex, the form a provider uses.
func (t DeviceToken) String() string { return hex.EncodeToString([]byte(t)) }

// MarshalText writes the token in hex.
func (t DeviceToken) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the token from hex.
func (t *DeviceToken) UnmarshalText(text []byte) error {
	parsed, err := ParseDeviceToken(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// A DeviceID is the short name the simulator gives a device: the first eight
// bytes of the SHA-256 of the public key in its device certificate. It never
// appears on the wire to a provider.
type DeviceID [8]byte

// String returns the id in lower-case hex.
func (d DeviceID) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the id in hex.
func (d DeviceID) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the id from hex.
func (d *DeviceID) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) {
		return fmt.Errorf("device id must have %d hex digits, not %d characters", 2*len(d), len(text))
	}
	if _, err := hex.Decode(d[:], text); err != nil {
		return fmt.Errorf("device id: %w", err)
	}
	return nil
}
