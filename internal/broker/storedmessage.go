package broker

import "time"

// A StoragePolicy says what a channel keeps for devices that subscribe or connect later.
//
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
type StoragePolicy uint8

const (
	// NoStorage keeps nothing: only devices that are connected get a message.
	NoStorage StoragePolicy = 0
	// MostRecent keeps the newest message, at most [MaxChannelRetention].
	MostRecent StoragePolicy = 1
)

// MaxChannelRetention is the longest time a channel keeps a message.
//
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
const MaxChannelRetention = 8 * time.Hour

// messageLocked makes the newest message of the channel.
func (c *channel) messageLocked(p *Broadcast, now time.Time) *message {
	deadline := p.Expiration.Deadline(now)
	if longest := now.Add(MaxChannelRetention); deadline.After(longest) {
		deadline = longest
	}
	return &message{
		Notification: p.Notification, trace: p.Trace, channel: c, checkpoint: c.checkpoint,
		deadline: deadline.UnixNano(), lasting: deadline.After(now),
	}
}

// storeLocked makes m the stored message if the policy of the channel is [MostRecent]. A
// message with expiration 0 is sent once, and does not replace the stored one.
func (c *channel) storeLocked(m *message) {
	if m.lasting && c.Policy == MostRecent {
		c.stored = m
	}
}

// storedLocked returns the stored message; nil if there is none.
func (c *channel) storedLocked(now time.Time) *message {
	if c.stored != nil && c.stored.deadline <= now.UnixNano() {
		c.stored = nil
	}
	return c.stored
}
