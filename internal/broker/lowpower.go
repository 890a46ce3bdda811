package broker

import "github.com/apns-sim/apns-sim/apns"

// SetLowPower says whether the device at an address is in low power mode. Meanwhile pushes
// of priority 5 and 1 wait, although the device is connected. How a device reports the
// mode is unknown.
//
// https://developer.apple.com/documentation/usernotifications/viewing-the-status-of-push-notifications-using-metrics-and-apns
func (b *Broker) SetLowPower(to Address, low bool) {
	b.update(to, func(q *queue) {
		if q.lowPower == low {
			return
		}
		q.lowPower = low
		if q.consumer != nil && q.consumer.filter != nil {
			q.releaseLocked(q.clock.Now(), false)
		}
	})
}

// SetDeviceLowPower is SetLowPower for the first user of a device and all others that have a
// queue.
func (b *Broker) SetDeviceLowPower(environment apns.Environment, device apns.DeviceID, low bool) {
	b.SetLowPower(Address{Environment: environment, Device: device}, low)
	for _, to := range b.addressesOf(environment, device) {
		b.SetLowPower(to, low)
	}
}

// InLowPower reports whether the device at an address is in low power mode; see
// [Broker.SetLowPower].
func (b *Broker) InLowPower(to Address) (low bool) {
	s := b.shardOf(to)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if q := s.queues[to]; q != nil {
		q.mu.Lock()
		defer q.mu.Unlock()
		low = q.lowPower
	}
	return low
}

// waitsForPowerLocked reports whether a push of a priority waits until low power mode ends.
func (q *queue) waitsForPowerLocked(priority apns.Priority) bool {
	return q.lowPower && priority < apns.PriorityImmediate
}
