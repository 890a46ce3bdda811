package tokenvault

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// DefaultCache is how many decrypted tokens are remembered unless [Config] says
// otherwise: a hundred thousand devices with two apps each, at about 100 bytes a token.
const DefaultCache = 1 << 18

// A decrypted token is remembered together with the key that decrypted it. It holds
// only what can never change: retirements and rotations are looked up anew.
type decrypted struct {
	token  string
	record record
	key    int // number of the key
}

// cacheWays is in how many places a token may stand: eight pointers, one cache
// line.
const cacheWays = 8

type cacheSet [cacheWays]atomic.Pointer[decrypted]

// firstSets is how many sets an empty cache has. Most simulators never know
// more than a handful of tokens.
const firstSets = 8

// A cache remembers decrypted tokens. Reading takes no lock and does not
// allocate. Only tokens that were issued here get in, so that their first
// bytes, a synthetic IV, serve as the hash.
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

// place returns the set in which a token may stand.
func place[T string | []byte](sets []cacheSet, token T) *cacheSet {
	hash := uint32(token[0])<<24 | uint32(token[1])<<16 | uint32(token[2])<<8 | uint32(token[3])
	return &sets[int(hash)&(len(sets)-1)]
}

// get returns what is remembered about a token, or nil.
func (c *cache) get(token []byte) *decrypted {
	set := place(*c.sets.Load(), token)
	for i := range set {
		if o := set[i].Load(); o != nil && o.token == string(token) {
			return o
		}
	}
	return nil
}

// put remembers a token. Where there is no room the cache grows; at its limit
// the token takes the place of one that it picks at random.
func (c *cache) put(o *decrypted) {
	sets := *c.sets.Load()
	for !add(sets, o) {
		if len(sets) == c.limit {
			place(sets, o.token)[o.token[4]%cacheWays].Store(o)
			return
		}
		sets = c.grow(sets)
	}
}

// add puts a token where nothing is yet, if there is such a place.
func add(sets []cacheSet, o *decrypted) bool {
	set := place(sets, o.token)
	for i := range set {
		if set[i].CompareAndSwap(nil, o) {
			return true
		}
	}
	return false
}

// grow doubles the cache, unless somebody else has replaced the sets that were
// found full. A token that is put meanwhile may be forgotten; it costs no more
// than opening it again.
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
