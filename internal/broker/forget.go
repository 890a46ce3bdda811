package broker

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/space"
)

// Forget drops everything that waits for a device, in both environments, or is on
// its way there, because it was deleted.
func (b *Broker) Forget(device apns.DeviceID) {
	for _, env := range []apns.Environment{apns.Production, apns.Sandbox} {
		for _, to := range b.addressesOf(env, device) {
			b.withQueue(to, func(q *queue) { q.clearLocked(DropForgotten) })
			b.forget(to)
		}
	}
}

// DeleteSpace removes the channels of a space, and forgets its devices.
func (b *Broker) DeleteSpace(s *space.Space, devices []apns.DeviceID) {
	for _, app := range b.appsIn(s) {
		b.DeleteChannels(app)
	}
	for _, device := range devices {
		b.Forget(device)
	}
}

// appsIn returns the apps of a space that have channels.
func (b *Broker) appsIn(s *space.Space) (apps []App) {
	cs := &b.channels
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	for of := range cs.apps {
		if of.app.team() == s.Team() {
			apps = append(apps, of.app)
		}
	}
	return apps
}
