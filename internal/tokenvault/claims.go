package tokenvault

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// MaxUser is the highest user number an [Address] can have.
const MaxUser = 31

// An Address is what a token identifies besides the topic: a user of a device in an
// environment.
type Address struct {
	Environment apns.Environment
	Device      apns.DeviceID
	// User is the number of the user of a shared device, 0 to [MaxUser].
	User uint8
}

// A TopicTag is the first four bytes of a topic's hash; a token has no room for more. Two
// apps on a device have the same tag with a probability of one in four thousand million.
type TopicTag [4]byte

// Tag returns the tag of a topic.
func Tag(topic apns.TopicHash) TopicTag { return TopicTag(topic[:4]) }

// Claims are the content of a token, and whether it has been retired.
type Claims struct {
	Address
	// Base says that it is a base token, which has no topic.
	Base bool
	// Tag is the topic of an app token, zero for a base token.
	Tag TopicTag
	// Epoch is the number of the newest retirement, before this token was issued, that
	// applied to its app or to the whole device; 0 if there was none.
	Epoch uint32
	// Retired is when the token was retired; zero while it is valid.
	Retired time.Time
	// Reported is from when providers are answered Unregistered: Retired or later,
	// see [Delay]. Zero while the token is valid, and if its retirement is never reported.
	Reported time.Time
	// Expired says that it was retired because of its age, see [Vault.ExpireApp].
	Expired bool
	// Key is the age of the device-token key in rotations: 0 for the one that issues
	// now.
	Key int
}

// ForTopic reports whether the token was issued for a topic. It is false for a base token.
func (c *Claims) ForTopic(topic apns.TopicHash) bool {
	return !c.Base && c.Tag == Tag(topic)
}

// Record returns the token record, the 16 bytes that were encrypted, without padding.
func (c *Claims) Record() []byte {
	r := tokenRecord{Address: c.Address, base: c.Base, tag: c.Tag, epoch: c.Epoch}
	plain := make([]byte, recordSize)
	r.put(plain)
	return plain
}

// Unreported reports whether the token is retired and its retirement is not reported yet.
func (c *Claims) Unreported(now time.Time) bool {
	return !c.Retired.IsZero() && (c.Reported.IsZero() || now.Before(c.Reported))
}
