package broker

import (
	"github.com/apns-sim/apns-sim/apns"
)

// WithdrawDevice drops everything that waits for a device in an environment or
// is on its way there, whichever its users, because the device is gone.
func (b *Broker) WithdrawDevice(environment apns.Environment, device apns.DeviceID) {
	for _, to := range b.addressesOf(environment, device) {
		b.withQueue(to, func(q *queue) { q.clearLocked(DropUnregistered) })
		b.forget(to)
	}
}

// addressesOf lists the users of a device that have a queue.
func (b *Broker) addressesOf(environment apns.Environment, device apns.DeviceID) (list []Address) {
	s := b.shardOf(Address{Device: device})
	s.mu.RLock()
	defer s.mu.RUnlock()
	for to := range s.queues {
		if to.Environment == environment && to.Device == device {
			list = append(list, to)
		}
	}
	return list
}

// clearLocked drops everything, and forgets what was counted and noted for the
// device: whoever comes next does not save power. It returns how many pushes there were.
func (q *queue) clearLocked(why Cause) int {
	q.lowPower = false
	now := q.clock.Now()
	all := append(q.ready.drain(), q.held...)
	q.held = nil
	if q.route != nil {
		all = append(all, q.route.flight.drain()...)
		q.route.ackBy = 0
	}
	q.unlisted, q.hours = nil, nil
	for _, e := range all {
		q.dropLocked(e, why, now)
	}
	return len(all)
}

// TokenAsked says that the device asks for the token of a topic. What it says about
// the app to pushes that are on their way already is about an app that was gone
// before: it may come late, and the token, which is the same, is the app's again.
func (r *Route) TokenAsked(topic apns.TopicHash) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	r.markLocked(topic, tokenAsked)
}

// markLocked notes for the pushes to a topic that are on their way what became of
// their token. A retired token stays retired.
func (r *Route) markLocked(topic apns.TopicHash, news tokenNews) {
	for _, e := range r.flight.entries[r.flight.head:] {
		if e != nil && e.push.Hash == topic && e.message == nil {
			e.token = max(e.token, news)
		}
	}
}
