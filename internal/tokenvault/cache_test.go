package tokenvault

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func numbered(n uint32) *decrypted {
	token := make([]byte, MinLength)
	binary.BigEndian.PutUint32(token, n)
	token[4] = byte(n)
	return &decrypted{token: string(token)}
}

func TestTheCacheIsBounded(t *testing.T) {
	c := newCache(1)
	for n := range uint32(cacheWays) {
		c.put(numbered(n))
	}
	for n := range uint32(cacheWays) {
		require.NotNil(t, c.get([]byte(numbered(n).token)), "there is room for all of them")
	}

	newcomer := numbered(cacheWays + 3)
	c.put(newcomer)
	assert.Same(t, newcomer, c.get([]byte(newcomer.token)))
	kept := 0
	for n := range uint32(cacheWays) {
		if c.get([]byte(numbered(n).token)) != nil {
			kept++
		}
	}
	assert.Equal(t, cacheWays-1, kept, "the newcomer took one place")
	assert.Len(t, *c.sets.Load(), 1, "at its limit the cache does not grow")
}

func TestTheCacheGrowsWithTheTokensItKnows(t *testing.T) {
	const many = 1000
	c := newCache(2 * many)
	require.Len(t, *c.sets.Load(), firstSets)
	for n := range uint32(many) {
		c.put(numbered(n))
	}
	for n := range uint32(many) {
		require.NotNil(t, c.get([]byte(numbered(n).token)), "token %d survived the growing", n)
	}
}

func TestTheCacheHoldsAtLeastTheConfiguredNumber(t *testing.T) {
	for size, limit := range map[int]int{1: 1, 8: 1, 9: 2, 17: 4, DefaultCache: DefaultCache / cacheWays} {
		assert.Equal(t, limit, newCache(size).limit, "size %d", size)
	}
}
