package broker

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/apns-sim/apns-sim/apns"
)

// A SaltedHash names a topic by a hash that is different on every device (observed: apsd).
type SaltedHash [sha256.Size]byte

// HashSalted returns the hash of a topic under the salt of a device: SHA-256 of the
// topic and, after it, the eight bytes of the salt as they are on the wire.
//
// observed: apsd, except for the order of the bytes
func HashSalted(topic string, salt uint64) SaltedHash {
	room := make([]byte, 0, apns.MaxTopic+8)
	return sha256.Sum256(binary.BigEndian.AppendUint64(append(room, topic...), salt))
}

// A SaltedTopicFilter has the lists of a [TopicFilter] for topics by their salted hashes.
type SaltedTopicFilter struct {
	Enabled       []SaltedHash
	Opportunistic []SaltedHash
	Paused        []SaltedHash
	Ignored       []SaltedHash
	NonWaking     []SaltedHash
}

// salted is the salt of a device and its lists of salted hashes.
type salted struct {
	salt  uint64
	known bool // the device has sent its salt
	lists map[SaltedHash]topicRule
}

// SetSalt sets the salt of the device's salted hashes. Until then, topics that are listed
// only by such hashes are in no list.
func (c *Consumer) SetSalt(salt uint64) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached {
		return
	}
	if c.salted == nil {
		c.salted = new(salted)
	}
	c.salted.salt, c.salted.known = salt, true
	if c.filter != nil && len(c.salted.lists) > 0 {
		c.refilterLocked(false)
	}
}

// setSaltedLocked replaces the salted lists.
func (c *Consumer) setSaltedLocked(f *SaltedTopicFilter) {
	lists := compile(f.Enabled, f.NonWaking, f.Opportunistic, f.Paused, f.Ignored)
	if c.salted == nil {
		if len(lists) == 0 {
			return
		}
		c.salted = new(salted)
	}
	c.salted.lists = lists
}

// saltedTopicLocked returns the name by which the device knows e's topic, if that is
// the salted one; otherwise nil.
func (c *Consumer) saltedTopicLocked(e *entry) []byte {
	if c.salted == nil || !c.salted.known || len(c.salted.lists) == 0 {
		return nil
	}
	if _, plain := c.filter[e.push.Hash]; plain {
		return nil
	}
	hash := HashSalted(e.topic(), c.salted.salt)
	if _, listed := c.salted.lists[hash]; !listed {
		return nil
	}
	return hash[:]
}

// topic returns the topic under which the device sees e.
func (e *entry) topic() string {
	if e.message != nil {
		return e.message.channel.App.BundleID() + liveActivity.Suffix
	}
	return e.push.Topic
}
