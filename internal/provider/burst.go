package provider

import (
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// bursts counts the pushes to each device token in fixed memory. Two tokens with the
// same index replace each other and are counted from 0 again, which favors the
// provider.
type bursts struct {
	limit  int
	window time.Duration
	seed   maphash.Seed
	shards [burstShards]burstShard
}

const (
	burstShards    = 64  // number of locks
	burstsPerShard = 256 // number of counted tokens under each
)

type burstShard struct {
	mu     sync.Mutex
	bursts [burstsPerShard]burst
}

// A burst is the number of pushes to one device token since a moment.
type burst struct {
	to    burstKey
	since time.Time
	count int
}

// A burstKey is a device token without its epoch.
type burstKey struct {
	tokenvault.Address
	tag tokenvault.TopicTag
}

// newBursts returns nil for no limit.
func newBursts(cfg *Config) *bursts {
	if cfg.BurstLimit <= 0 {
		return nil
	}
	return &bursts{limit: cfg.BurstLimit, window: cfg.BurstWindow, seed: maphash.MakeSeed()}
}

// take counts a push and reports whether it is within the limit.
func (b *bursts) take(claims *tokenvault.Claims, now time.Time) bool {
	key := burstKey{claims.Address, claims.Tag}
	hash := maphash.Comparable(b.seed, key)
	shard := &b.shards[hash%burstShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	p := &shard.bursts[hash/burstShards%burstsPerShard]
	// A time in the future means that the clock was set back.
	if since := now.Sub(p.since); p.to != key || since < 0 || since >= b.window {
		*p = burst{to: key, since: now}
	}
	p.count++
	return p.count <= b.limit
}

// checkBurst rejects too many pushes to one device token in a row.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) checkBurst() *apns.Rejection {
	b := r.conn.server.bursts
	if b == nil || b.take(&r.claims, r.clock().Now()) {
		return nil
	}
	return apns.Reject(apns.TooManyRequests, fmt.Sprintf("more than %d pushes to this device token in %s", b.limit, b.window))
}
