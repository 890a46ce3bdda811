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

// Publish accepts p for the devices that subscribe to its channel: it goes to
// those that are connected, and is kept for those that come later if the
// channel's policy and the expiration allow that. A device that is connected and
// not to be disturbed gets it later, by the rules of pushes to a single device, if
// policy and expiration allow that, too. The error is an
// [apns.Rejection] if p is refused: ChannelNotRegistered or TooManyRequests.
func (b *Broker) Publish(p *Broadcast) error {
	c := b.channels.find(p.Environment, p.App, p.Channel)
	if c == nil {
		return unregistered()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deleted {
		return unregistered()
	}
	now := c.clock.Now()
	if err := c.budget.spend(now); err != nil {
		return err
	}
	c.checkpoint = b.nextStamp(now)
	m := c.messageLocked(p, now)
	if m.lasting && c.Policy == MostRecent {
		c.latest = m
	}
	b.journal.Record(journal.Event{
		At: now, Kind: journal.Accepted, Push: p.Notification, Track: p.Track,
		Detail: fmt.Sprintf("subscribed devices: %d", len(c.subscribers)),
	})
	for r := range c.subscribers {
		r.pass(m, now)
	}
	return nil
}

// messageLocked makes the newest message of the channel. One with expiration 0
// is attempted once and leaves what is kept as it is.
func (c *channel) messageLocked(p *Broadcast, now time.Time) *message {
	deadline := p.Expiration.Deadline(now)
	if longest := now.Add(MaxChannelRetention); deadline.After(longest) {
		deadline = longest
	}
	return &message{
		Notification: p.Notification, track: p.Track, channel: c, checkpoint: c.checkpoint,
		deadline: deadline.UnixNano(), lasting: deadline.After(now),
	}
}

// keptLocked returns the message kept for late joiners; nil if there is none.
func (c *channel) keptLocked(now time.Time) *message {
	if c.latest != nil && c.latest.deadline <= now.UnixNano() {
		c.latest = nil
	}
	return c.latest
}

// pass puts m among what the route's device is sent.
func (r *Route) pass(m *message, now time.Time) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if !r.detached {
		r.passLocked(m, now)
	}
}

func (r *Route) passLocked(m *message, now time.Time) {
	q := r.q
	r.channels[m.channel] = m.checkpoint
	e := &entry{
		push:     &Push{Notification: m.Notification, To: q.to, Hash: m.channel.hash, Base: true, Track: m.track},
		seq:      q.b.seq.Add(1),
		deadline: m.deadline,
		lasting:  m.lasting,
		storable: m.lasting && m.channel.Policy == MostRecent,
		message:  m,
	}
	where, cause := q.placeLocked(e, now, false)
	switch {
	case where == discard:
		q.dropLocked(e, DropIgnored, now)
	case where == hold:
		q.holdLocked(e, cause, now)
	case q.fullLocked():
		q.dropLocked(e, DropBacklog, now)
	default:
		q.readyLocked(e, now)
		q.releaseWithLocked(e, now)
		r.wakeLocked()
	}
}
