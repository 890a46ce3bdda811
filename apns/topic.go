package apns

import (
	"crypto/sha1" //nolint:gosec // The courier protocol names topics by their SHA-1; nothing secret rests on it.
	"strings"
)

// A TopicHash names a topic on the device side of APNs: the SHA-1 of the topic
// string.
type TopicHash [sha1.Size]byte

// HashTopic returns the hash under which a device and APNs speak of topic, for
// instance a003f1da17993ee51f2b3ceef6c6153afa8f3ec2 for com.example.app.
func HashTopic(topic string) TopicHash { return sha1.Sum([]byte(topic)) } //nolint:gosec // See above.

// MaxTopic is the longest topic, in bytes, that is taken for one. Apple gives
// no figure; bundle IDs are at most 155 characters, and the longest suffix has
// 24.
const MaxTopic = 255

// ProductionOnly reports whether pushes to topic exist in production alone, as
// those to passes in Wallet: "Adding a web service to update passes".
func ProductionOnly(topic string) bool { return strings.HasPrefix(topic, passPrefix) }

// ValidTopic reports whether topic has the form of a bundle ID with an
// optional suffix: letters, digits, hyphens and dots ("CFBundleIdentifier"),
// and the underscore that some older app IDs carry.
func ValidTopic(topic string) bool {
	if topic == "" || len(topic) > MaxTopic {
		return false
	}
	for i := range len(topic) {
		c := topic[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
