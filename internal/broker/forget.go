package broker

import (
	"github.com/apns-sim/apns-sim/apns"
)

// Forget drops all pushes to a device, in both environments, because the device was
// deleted. It returns their number.
func (b *Broker) Forget(device apns.DeviceID) (pushes int) {
	for _, env := range apns.Environments() {
		for _, to := range b.addressesOf(env, device) {
			b.withQueue(to, func(q *queue) { pushes += q.clearLocked(DropForgotten) })
			b.forget(to)
		}
	}
	return pushes
}
