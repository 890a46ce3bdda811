package devicetls

import "encoding/hex"

// setTracingID puts the apns-id of a push, which the device does not learn otherwise, into
// the tracing field, unless it is not a UUID.
func (b *batch) setTracingID(id string) {
	if parseUUID(&b.tracing, id) {
		b.notification.TracingID = b.tracing[:]
	}
}

// parseUUID parses the canonical form 8-4-4-4-12 of a UUID (RFC 9562, 4), the form of an
// apns-id. It reports false for any other.
func parseUUID(dst *[16]byte, s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	var digits [32]byte
	n := copy(digits[:], s[:8])
	n += copy(digits[n:], s[9:13])
	n += copy(digits[n:], s[14:18])
	n += copy(digits[n:], s[19:23])
	copy(digits[n:], s[24:])
	_, err := hex.Decode(dst[:], digits[:])
	return err == nil
}
