package loadgen

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEachDurationLiesInItsBucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Min(0).Draw(t, "d"))
		b := bucket(d)
		require.LessOrEqual(t, d, limit(b))
		if b > 0 {
			require.Greater(t, d, limit(b-1))
		}
		require.LessOrEqual(t, float64(limit(b)-d), float64(d)/subBuckets, "one in 32 at most")
	})
	require.Less(t, bucket(math.MaxInt64), len(histogram{}.buckets))
}

func TestPercentilesAreExactToOneIn32(t *testing.T) {
	var h histogram
	assert.Equal(t, Percentiles{}, h.percentiles(), "nothing was counted")
	for i := range 1000 {
		h.add(time.Duration(i+1) * time.Millisecond)
	}
	p := h.percentiles()
	assert.EqualValues(t, 1000, p.Count)
	assert.InEpsilon(t, 500, p.P50, 1./subBuckets)
	assert.InEpsilon(t, 900, p.P90, 1./subBuckets)
	assert.InEpsilon(t, 990, p.P99, 1./subBuckets)
	assert.InDelta(t, 1000, p.Max, 0, "the longest is exact")
}

func TestOneDurationIsEveryPercentile(t *testing.T) {
	var h histogram
	h.add(1234 * time.Microsecond)
	assert.Equal(t, Percentiles{Count: 1, P50: 1.234, P90: 1.234, P99: 1.234, Max: 1.234}, h.percentiles())
}

func TestTimeThatRanBackwardsCountsAsNone(t *testing.T) {
	var h histogram
	h.add(-time.Second)
	assert.Equal(t, Percentiles{Count: 1}, h.percentiles())
}
