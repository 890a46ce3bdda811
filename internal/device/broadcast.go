package device

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// classifyBroadcastLocked decides how a message to a channel is acknowledged. It comes
// with the base token: no app has a token for a channel. The checkpoint tells whether
// the device has it already.
//
// observed: apsd, for the status of a message to a channel without subscription.
func (d *Device) classifyBroadcastLocked(m *courier.Notification) ackDecision {
	var origin courier.ChannelOrigin
	if err := origin.Parse(m.Origin); err != nil || len(m.Topic) != len(apns.TopicHash{}) {
		return ackDecision{status: courier.AckUnparsable}
	}
	s := d.channels.find(apns.TopicHash(m.Topic), string(origin.Channel))
	if s == nil {
		return ackDecision{status: courier.AckUnknownTopic}
	}
	v := ackDecision{
		topic: s.Topic, token: d.base, key: notificationKey{base: true},
		subscription: s, checkpoint: origin.Checkpoint,
	}
	if string(m.Token) != string(d.base) || origin.Checkpoint <= s.Checkpoint {
		v.status = courier.AckNoRecipient
	}
	return v
}
