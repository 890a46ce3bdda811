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

// clearLocked drops everything. Whoever comes next does not save power.
func (q *queue) clearLocked(why Cause) {
	q.lowPower = false
	now := q.clock.Now()
	all := append(q.ready.drain(), q.held...)
	q.held = nil
	if q.route != nil {
		all = append(all, q.route.flight.drain()...)
	}
	for _, e := range all {
		q.dropLocked(e, why, now)
	}
}
