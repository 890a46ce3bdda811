package tokenvault

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
)

// The record inside a token, [recordSize] bytes:
//
//	0      flags: bit 0 app token, bit 1 sandbox, bits 2 to 6 user, bit 7 zero
//	1..8   device id
//	9..12  topic tag, zeros for a base token
//	13..15 epoch, big-endian
//
// Zeros pad it to the length of the token.
const (
	recordSize = 16

	flagApp     = 1 << 0
	flagSandbox = 1 << 1
	userShift   = 2
	flagUnused  = 1 << 7

	maxEpoch = 1<<24 - 1
)

// A tokenRecord is what a token says by itself, without regard to what happened
// since.
type tokenRecord struct {
	Address
	base  bool
	tag   TopicTag
	epoch uint32
}

// put writes the record to the first recordSize bytes of dst.
func (r *tokenRecord) put(dst []byte) {
	dst[0] = r.User << userShift
	if !r.base {
		dst[0] |= flagApp
	}
	if r.Environment == apns.Sandbox {
		dst[0] |= flagSandbox
	}
	copy(dst[1:9], r.Device[:])
	copy(dst[9:13], r.tag[:])
	dst[13], dst[14], dst[15] = byte(r.epoch>>16), byte(r.epoch>>8), byte(r.epoch)
}

// parseTokenRecord reads what put wrote, with its padding. It reports false for
// bytes that put does not write.
func parseTokenRecord(b []byte) (r tokenRecord, ok bool) {
	if len(b) < recordSize || b[0]&flagUnused != 0 {
		return tokenRecord{}, false
	}
	r.base = b[0]&flagApp == 0
	if b[0]&flagSandbox != 0 {
		r.Environment = apns.Sandbox
	}
	r.User = b[0] >> userShift
	r.Device = apns.DeviceID(b[1:9])
	r.tag = TopicTag(b[9:13])
	r.epoch = uint32(b[13])<<16 | uint32(b[14])<<8 | uint32(b[15])
	if r.base && r.tag != (TopicTag{}) {
		return tokenRecord{}, false
	}
	for _, pad := range b[recordSize:] {
		if pad != 0 {
			return tokenRecord{}, false
		}
	}
	return r, true
}

// mustFit panics on an address that no record can hold. Cutting it down
// instead would give one user the token of another.
func (a Address) mustFit() {
	if a.User > MaxUser || a.Environment > apns.Sandbox {
		panic(fmt.Sprintf("tokenvault: no token can name user %d in %v", a.User, a.Environment))
	}
}
