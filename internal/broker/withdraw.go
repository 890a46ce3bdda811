package broker

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// WithdrawDevice drops all pushes to a device in an environment, of all its users,
// because the device was erased.
func (b *Broker) WithdrawDevice(environment apns.Environment, device apns.DeviceID) {
	for _, to := range b.addressesOf(environment, device) {
		b.withQueue(to, func(q *queue) { q.clearLocked(DropUnregistered) })
		b.removeIdle(to)
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

// clearLocked drops all pushes and resets the state of the device, low power mode and
// budgets included. It returns the number of pushes.
func (q *queue) clearLocked(cause Cause) int {
	q.lowPower = false
	now := q.clock.Now()
	all := append(q.ready.drain(), q.held...)
	q.held = nil
	if q.consumer != nil {
		all = append(all, q.consumer.flight.drain()...)
		q.consumer.ackBy = 0
	}
	q.notEnabled, q.hours = nil, nil
	for _, e := range all {
		q.dropLocked(e, cause, now)
	}
	return len(all)
}

// Withdraw drops the pushes to a topic of an address, because their token was
// retired.
func (b *Broker) Withdraw(to Address, topic apns.TopicHash) {
	b.update(to, func(q *queue) { q.withdrawLocked(topic, q.clock.Now()) })
}

// withdrawLocked drops the pushes to a topic that are not in flight. Those in flight
// may still be acknowledged, and are not sent again: a device whose app has another
// token by then would take them for duplicates.
func (q *queue) withdrawLocked(topic apns.TopicHash, now time.Time) {
	delete(q.notEnabled, topic)
	removed := func(e *entry) bool {
		if e.push.Hash != topic || e.message != nil {
			return false
		}
		q.dropLocked(e, DropUnregistered, now)
		return true
	}
	q.held = slices.DeleteFunc(q.held, removed)
	for _, e := range q.ready.drain() {
		if !removed(e) {
			q.ready.push(e)
		}
	}
	if q.consumer == nil {
		return
	}
	q.consumer.markLocked(topic, tokenRetired)
}
