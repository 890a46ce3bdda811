package broker

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// liveActivity is the push type of every broadcast; its suffix makes the topic
// that devices see.
var liveActivity = apns.LookupPushType(apns.LiveActivity)

// Publish accepts p for the devices that subscribe to its channel. Connected devices get
// it now; devices that connect or subscribe later get it if the channel's policy and the
// expiration allow storing it. For a connected device that the push must not wake, it is
// held by the rules for single pushes, again if policy and expiration allow that. The
// error is an [apns.Rejection]: ChannelNotRegistered or TooManyRequests.
//
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func (b *Broker) Publish(p *Broadcast) error {
	c := b.channels.find(p.Environment, p.App, p.Channel)
	if c == nil {
		return unregistered()
	}
	if err := b.publish(p, c); err != nil {
		return err
	}
	b.saveChannel(c) // even if it does not store the message: its checkpoint outlives the process
	return nil
}

// publish passes a message on.
func (b *Broker) publish(p *Broadcast, c *channel) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deleted {
		return unregistered()
	}
	now := c.clock.Now()
	if err := c.budget.spend(now); err != nil {
		return err
	}
	c.checkpoint = b.nextTimestamp(now)
	m := c.messageLocked(p, now)
	c.storeLocked(m)
	b.journal.Record(journal.Event{
		At: now, Kind: journal.Accepted, Push: p.Notification, Trace: p.Trace,
		Detail: fmt.Sprintf("subscribed devices: %d", len(c.subscribers)),
	})
	for consumer := range c.subscribers {
		consumer.pass(m, now)
	}
	return nil
}

// pass adds m to the pushes for the consumer's device.
func (c *Consumer) pass(m *message, now time.Time) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if !c.detached {
		c.passLocked(m, now)
	}
}

func (c *Consumer) passLocked(m *message, now time.Time) {
	q := c.q
	c.channels[m.channel] = m.checkpoint
	e := &entry{
		push:     &Push{Notification: m.Notification, To: q.to, Hash: m.channel.hash, Base: true, Trace: m.trace},
		seq:      q.b.seq.Add(1),
		deadline: m.deadline,
		lasting:  m.lasting,
		storable: m.lasting && m.channel.Policy == MostRecent,
		message:  m,
	}
	where, cause := q.decideLocked(e, now, false)
	switch {
	case where == drop:
		q.dropLocked(e, DropIgnored, now)
	case where == hold:
		q.holdLocked(e, cause, now)
	case q.fullLocked():
		q.dropLocked(e, DropBacklog, now)
	default:
		q.readyLocked(e, now)
		q.releaseWithLocked(e, now)
		c.wakeLocked()
	}
}
