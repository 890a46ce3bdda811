package tokenvault

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// DefaultCache is the default of [Config.Cache]: enough for a hundred thousand devices with
// two apps each, at about 100 bytes a token.
const DefaultCache = 1 << 18

// A decrypted token is an entry of the cache. It has only what never changes; retirements
// and rotations are looked up each time.
type decrypted struct {
	token  string
	record tokenRecord
	key    int // number of the key
}

// cacheWays is the number of entries of a set: eight pointers fill one cache line.
const cacheWays = 8

type cacheSet [cacheWays]atomic.Pointer[decrypted]

// firstSets is the number of sets of an empty cache. Most simulators have few tokens.
const firstSets = 8

// A cache is a set-associative cache of decrypted tokens. Reading takes no lock and does
// not allocate. It has only tokens that were issued here, so their first bytes, a
// synthetic IV, can be used as the hash.
type cache struct {
	sets  atomic.Pointer[[]cacheSet] // a power of two of them
	limit int                        // of sets

	growing sync.Mutex // held while sets is being replaced
}

// newCache returns an empty cache that grows to hold at least size tokens.
func newCache(size int) *cache {
	sets := (size + cacheWays - 1) / cacheWays
	c := &cache{limit: 1 << bits.Len(uint(sets-1))}
	first := make([]cacheSet, min(firstSets, c.limit))
	c.sets.Store(&first)
	return c
}

// setOf returns the set that a token belongs to.
func setOf[T string | []byte](sets []cacheSet, token T) *cacheSet {
	hash := uint32(token[0])<<24 | uint32(token[1])<<16 | uint32(token[2])<<8 | uint32(token[3])
	return &sets[int(hash)&(len(sets)-1)]
}

// get returns the entry of a token, nil if there is none.
func (c *cache) get(token []byte) *decrypted {
	set := setOf(*c.sets.Load(), token)
	for i := range set {
		if o := set[i].Load(); o != nil && o.token == string(token) {
			return o
		}
	}
	return nil
}

// put adds a token. If its set is full, the cache grows; at the limit, the token replaces
// another one of the set, chosen by one of its own bytes.
func (c *cache) put(o *decrypted) {
	sets := *c.sets.Load()
	for !add(sets, o) {
		if len(sets) == c.limit {
			setOf(sets, o.token)[o.token[4]%cacheWays].Store(o)
			return
		}
		sets = c.grow(sets)
	}
}

// add puts a token into a free entry of its set, and reports whether there was one.
func add(sets []cacheSet, o *decrypted) bool {
	set := setOf(sets, o.token)
	for i := range set {
		if set[i].CompareAndSwap(nil, o) {
			return true
		}
	}
	return false
}

// grow doubles the cache, unless another goroutine has replaced the sets that were found
// full. A token that is added meanwhile may be missing; then it is decrypted again.
func (c *cache) grow(full []cacheSet) []cacheSet {
	c.growing.Lock()
	defer c.growing.Unlock()
	if sets := *c.sets.Load(); len(sets) != len(full) {
		return sets
	}
	sets := make([]cacheSet, 2*len(full))
	for i := range full {
		for j := range full[i] {
			if o := full[i][j].Load(); o != nil {
				add(sets, o) // half as many per set: there is room
			}
		}
	}
	c.sets.Store(&sets)
	return sets
}
