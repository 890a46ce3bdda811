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

// A registry holds the histories of those devices that have one, which are
// few.
type registry struct {
	shards [registryShards]registryShard
}

type registryShard struct {
	used atomic.Bool // set with the first history, never cleared

	saving sync.Mutex // held while a retirement is saved, before it counts: docs/lock-order.md

	mu      sync.RWMutex
	devices map[deviceKey]*history
}

func (g *registry) shard(device apns.DeviceID) *registryShard {
	return &g.shards[device[0]%registryShards]
}

// current returns the epoch for a token issued now.
func (g *registry) current(r *record) uint32 {
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
func (g *registry) status(r *record) (end retirement, issued bool) {
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

// change calls f with the history of a device, which is made if there is none.
func (g *registry) change(key deviceKey, f func(*history)) {
	shard := g.shard(key.device)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if shard.devices == nil {
		shard.devices = make(map[deviceKey]*history)
		shard.used.Store(true)
	}
	h := shard.devices[key]
	if h == nil {
		h = &history{apps: make(map[app]timeline)}
		shard.devices[key] = h
	}
	f(h)
}
