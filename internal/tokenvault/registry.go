package tokenvault

import (
	"sync"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
)

// deviceKey is a device in one of the two environments.
type deviceKey struct {
	environment apns.Environment
	device      apns.DeviceID
}

// registryShards divides the devices among locks. Device ids are hashes, so
// that their first byte spreads them evenly.
const registryShards = 64

// A registry has the retirements of devices. Few devices have any.
type registry struct {
	shards [registryShards]registryShard
}

type registryShard struct {
	used atomic.Bool // set with the first retirement, never cleared

	saving sync.Mutex // held while a retirement is saved, before it counts: docs/lock-order.md

	mu      sync.RWMutex
	devices map[deviceKey]*deviceRetirements
}

func (g *registry) shard(device apns.DeviceID) *registryShard {
	return &g.shards[device[0]%registryShards]
}

// current returns the epoch for a token issued now.
func (g *registry) current(r *tokenRecord) uint32 {
	shard := g.shard(r.Device)
	if !shard.used.Load() {
		return 0
	}
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	if h := shard.devices[deviceKey{r.Environment, r.Device}]; h != nil {
		return h.current(r)
	}
	return 0
}

// status returns the retirement of a token, and whether the token was ever issued.
func (g *registry) status(r *tokenRecord) (end retirement, issued bool) {
	shard := g.shard(r.Device)
	if !shard.used.Load() {
		return retirement{}, r.epoch == 0
	}
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	if h := shard.devices[deviceKey{r.Environment, r.Device}]; h != nil {
		return h.status(r)
	}
	return retirement{}, r.epoch == 0
}

// change calls f with the retirements of a device, which may be none yet.
func (g *registry) change(key deviceKey, f func(*deviceRetirements)) {
	shard := g.shard(key.device)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if shard.devices == nil {
		shard.devices = make(map[deviceKey]*deviceRetirements)
		shard.used.Store(true)
	}
	h := shard.devices[key]
	if h == nil {
		h = &deviceRetirements{apps: make(map[app]retirementList)}
		shard.devices[key] = h
	}
	f(h)
}
