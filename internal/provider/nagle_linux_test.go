package provider

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// observed: a2, apns-h2, apns4erl write HEADERS and DATA apart with Nagle's algorithm on
func TestAPushInTwoWritesIsNotDelayedByNagle(t *testing.T) {
	w := newFixture(t)
	c, raw := w.dialTCP()
	require.NoError(t, raw.SetNoDelay(false))
	times := make([]time.Duration, 50)
	for i := range times {
		begun := time.Now()
		require.Equal(t, 200, c.send(w.good()).status)
		times[i] = time.Since(begun)
	}
	slices.Sort(times)
	assert.Less(t, times[len(times)/2], 2*time.Millisecond, "the first part is acknowledged at once; in its own time the kernel takes 40 ms")
}
