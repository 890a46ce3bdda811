package message

import (
	"encoding/binary"

	"github.com/apns-sim/apns-sim/apns"
)

// Claimed tells the former owner of an address that its sender is the owner now.
type Claimed struct {
	Environment apns.Environment
	Device      apns.DeviceID
	User        uint8
	// Revision is that of the owner entry.
	Revision uint64
}

// Kind implements [Message].
func (Claimed) Kind() Kind { return KindClaimed }

func (c Claimed) append(dst []byte) []byte {
	flags := byte(0)
	if c.Environment == apns.Sandbox {
		flags = flagSandbox
	}
	dst = append(dst, flags, c.User)
	dst = append(dst, c.Device[:]...)
	return binary.BigEndian.AppendUint64(dst, c.Revision)
}

func (r *reader) claimed() Claimed {
	environment, _ := r.environment(flagSandbox)
	c := Claimed{Environment: environment, User: r.u8("user")}
	copy(c.Device[:], r.take(uint64(len(c.Device)), "device"))
	c.Revision = r.u64("revision")
	return c
}

// A Revision says up to which revision its sender has applied the registries. It is the
// response to [Claimed].
type Revision uint64

// Kind implements [Message].
func (Revision) Kind() Kind { return KindRevision }

func (r Revision) append(dst []byte) []byte { return binary.BigEndian.AppendUint64(dst, uint64(r)) }
