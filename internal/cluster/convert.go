package cluster

import (
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
)

// messageOf is a push with a Former, as it is sent to another node.
func messageOf(p *broker.Push) message.Push {
	return message.Push{
		Notification: p.Notification,
		Device:       p.To.Device, User: p.To.User, Topic: p.Hash,
		Base: p.Base, Unreported: p.Unreported,
		Stamp: p.Former.Stamp, Deadline: p.Former.Deadline, MaybeSent: p.Former.MaybeSent,
	}
}

// pushOf is the reverse of messageOf.
func pushOf(m *message.Push) *broker.Push {
	return &broker.Push{
		Notification: m.Notification,
		To:           broker.Address{Environment: m.Environment, Device: m.Device, User: m.User},
		Hash:         m.Topic, Base: m.Base, Unreported: m.Unreported,
		Former: &broker.Former{Stamp: m.Stamp, Deadline: m.Deadline, MaybeSent: m.MaybeSent},
	}
}
