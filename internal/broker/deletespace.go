package broker

import (
	"maps"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/space"
)

// DevicesIn returns the devices in a space, nil being the default space, that are
// connected or have something waiting.
func (b *Broker) DevicesIn(s *space.Space) []apns.DeviceID {
	found := make(map[apns.DeviceID]bool)
	for i := range b.shards {
		s := &b.shards[i]
		s.mu.RLock()
		for to := range s.queues {
			found[to.Device] = true
		}
		s.mu.RUnlock()
	}
	maps.DeleteFunc(found, func(device apns.DeviceID, _ bool) bool { return b.spaces.ForDevice(device) != s })
	return slices.Collect(maps.Keys(found))
}

// DeleteSpace removes the channels of a space, nil being the default space, and
// deletes its devices.
func (b *Broker) DeleteSpace(s *space.Space, devices []apns.DeviceID) {
	for _, app := range b.appsIn(s) {
		b.DeleteChannels(app)
	}
	for _, device := range devices {
		b.DeleteDevice(device)
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
