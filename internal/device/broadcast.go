package device

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// judgeBroadcastLocked decides how a message to a channel is acknowledged. It comes
// with the base token: no app has a token for a channel. The checkpoint tells whether
// the device has it already.
//
// observed: apsd, for the status of a message to a channel without subscription.
func (d *Device) judgeBroadcastLocked(m *courier.Notification) verdict {
	var origin courier.ChannelOrigin
	if err := origin.Parse(m.Origin); err != nil || len(m.Topic) != len(apns.TopicHash{}) {
		return verdict{status: courier.AckUnparsable}
	}
	s := d.channels.find(apns.TopicHash(m.Topic), string(origin.Channel))
	if s == nil {
		return verdict{status: courier.AckUnknownTopic}
	}
	v := verdict{
		topic: s.Topic, token: d.base, sighting: sighting{base: true},
		subscription: s, checkpoint: origin.Checkpoint,
	}
	if string(m.Token) != string(d.base) || origin.Checkpoint <= s.Checkpoint {
		v.status = courier.AckNoRecipient
	}
	return v
}
