package broker

import (
	"cmp"

	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
)

// clockOf returns the clock of a space, nil being the default space.
func (b *Broker) clockOf(s *space.Space) *clock.Clock { return cmp.Or(b.spaces.Clock(s), b.clock) }

// updateSpaceLocked looks up the space of the device.
func (q *queue) updateSpaceLocked() {
	before := q.clock
	q.space = q.b.spaces.ForDevice(q.to.Device)
	q.clock = q.b.clockOf(q.space)
	if before != nil && before != q.clock {
		q.noteDue(0) // by the other clock, anything may be due
	}
}
