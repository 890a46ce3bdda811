package providerauth

import (
	"crypto/sha256"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
)

// A digest is the SHA-256 of a provider token, which identifies it without keeping it.
type digest [sha256.Size]byte

// digestOf hashes raw without allocating, unless it is unusually long.
func digestOf(raw string) digest {
	var buf [512]byte
	return sha256.Sum256(append(buf[:0], raw...))
}

// A verdict is what was found about a provider token that does not change with time:
// its signature, by a certain key. Either token or rejection is set.
type verdict struct {
	token       *Token
	rejection   *apns.Rejection
	key         *keyEntry
	nonStandard bool // the signature is valid, and the form is rejected
}

// verdicts is a cache of verdicts, limit of them at most, in two generations: when the
// young one has half the limit it becomes the old one, and the former old one is
// dropped. What is used moves to the young one, so that tokens in use stay.
type verdicts struct {
	limit int

	mu         sync.RWMutex
	young, old map[digest]verdict
}

// find returns the verdict about a token, unless its key was removed since.
func (c *verdicts) find(d digest) (verdict, bool) {
	c.mu.RLock()
	v, ok := c.young[d]
	aged := false
	if !ok {
		v, ok = c.old[d]
		aged = ok
	}
	c.mu.RUnlock()
	if !ok || v.key.removed.Load() {
		return verdict{}, false
	}
	if aged {
		c.keep(d, v)
	}
	return v, true
}

func (c *verdicts) keep(d digest, v verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil || len(c.young) >= max(c.limit/2, 1) {
		c.young, c.old = make(map[digest]verdict), c.young
	}
	c.young[d] = v
}
