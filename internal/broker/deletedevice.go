package broker

import (
	"github.com/apns-sim/apns-sim/apns"
)

// DeleteDevice drops all pushes to a device that was deleted, in both environments. It returns their number.
func (b *Broker) DeleteDevice(device apns.DeviceID) (pushes int) {
	for _, env := range apns.Environments() {
		for _, to := range b.addressesOf(env, device) {
			b.withQueue(to, func(q *queue) { pushes += q.clearLocked(DropDeviceDeleted) })
			b.removeIdle(to)
		}
	}
	return pushes
}
