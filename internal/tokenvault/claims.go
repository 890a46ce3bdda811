package tokenvault

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// MaxUser is the highest user number an [Address] can have.
const MaxUser = 31

// An Address is whom a token speaks for: one user on one device in one
// environment.
type Address struct {
	Environment apns.Environment
	Device      apns.DeviceID
	// User tells the users of a shared device apart, 0 to [MaxUser].
	User uint8
}

// A TopicTag is the first four bytes of a topic's hash, which is all of it
// that a token has room for. Two apps on one device share a tag once in four
// thousand million.
type TopicTag [4]byte

// Tag returns the tag of a topic.
func Tag(topic apns.TopicHash) TopicTag { return TopicTag(topic[:4]) }

// Claims is what a token says, and what the vault knows about it by now.
type Claims struct {
	Address
	// Base says that the token is the device's own and names no topic.
	Base bool
	// Tag is the topic of an app token, zero for a base token.
	Tag TopicTag
	// Epoch counts the retirements on the device up to the newest one that
	// concerned this token when it was issued.
	Epoch uint32
	// Retired is since when the token is retired; zero while it is current.
	Retired time.Time
	// Reported is from when providers are answered Unregistered: Retired or later,
	// see [Delay]. Zero while the token is current, and if that never happens.
	Reported time.Time
	// Expired says that it was retired because of its age, see [Vault.ExpireApp].
	Expired bool
	// Key is the age of the token key in rotations: 0 for the one that issues
	// now.
	Key int
}

// ForTopic reports whether the token was made for a topic. A base token is
// made for none.
func (c *Claims) ForTopic(topic apns.TopicHash) bool {
	return !c.Base && c.Tag == Tag(topic)
}

// Record is what was encrypted: 16 bytes, without their padding.
func (c *Claims) Record() []byte {
	r := record{Address: c.Address, base: c.Base, tag: c.Tag, epoch: c.Epoch}
	plain := make([]byte, recordSize)
	r.put(plain)
	return plain
}

// Unreported reports whether the token is retired and that is not reported yet.
func (c *Claims) Unreported(now time.Time) bool {
	return !c.Retired.IsZero() && (c.Reported.IsZero() || now.Before(c.Reported))
}
