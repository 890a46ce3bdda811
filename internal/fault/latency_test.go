package fault_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// delays are those of n hits in a row.
func delays(t *testing.T, l fault.Latency, n int) (all []time.Duration) {
	t.Helper()
	e := engine(t, fault.Rule{Name: "slow", What: fault.Action{Do: fault.Delay, Delay: &l}})
	for range n {
		all = append(all, hits(e, fault.AtRequest, &fault.Attributes{})[0].Delay)
	}
	return all
}

func TestDelaysAreWithinTheirBounds(t *testing.T) {
	const n = 2001
	ms := func(n int) fault.Duration { return fault.Duration(n) * fault.Duration(time.Millisecond) }

	assert.Equal(t, []time.Duration{5e6, 5e6}, delays(t, fault.Latency{Fixed: ms(5)}, 2))
	assert.Equal(t, []time.Duration{0, 2e6, 3e6, 3e6}, delays(t, fault.Latency{Growth: ms(2), Max: ms(3)}, 4))
	assert.Equal(t, []time.Duration{1e6, 3e6}, delays(t, fault.Latency{Fixed: ms(1), Growth: ms(2)}, 2))

	even := delays(t, fault.Latency{Min: ms(10), Max: ms(30)}, n)
	assert.GreaterOrEqual(t, slices.Min(even), 10*time.Millisecond)
	assert.LessOrEqual(t, slices.Max(even), 30*time.Millisecond)
	slices.Sort(even)
	assert.InDelta(t, float64(20*time.Millisecond), float64(even[n/2]), float64(time.Millisecond))

	wide := delays(t, fault.Latency{Median: ms(100), Sigma: 1}, n)
	slices.Sort(wide)
	assert.InDelta(t, float64(100*time.Millisecond), float64(wide[n/2]), float64(8*time.Millisecond), "half are longer")
	assert.InDelta(t, 2.718, float64(wide[n*8413/10000])/float64(wide[n/2]), 0.3, "one sigma above the median is e times as long")
	assert.LessOrEqual(t, slices.Max(delays(t, fault.Latency{Median: ms(100), Sigma: 3, Max: ms(150)}, n)), 150*time.Millisecond)
}

func FuzzADelayThatIsAllowedIsNeverNegativeNorTooLong(f *testing.F) {
	f.Add(int64(0), int64(10), int64(0), int64(0), 0.0, int64(0))
	f.Add(int64(0), int64(10), int64(20), int64(0), 0.0, int64(1))
	f.Add(int64(0), int64(0), int64(0), int64(5), 1e300, int64(0))
	f.Add(int64(0), int64(0), int64(0), int64(5), math.Inf(1), int64(0))
	f.Fuzz(func(t *testing.T, fixed, low, high, median int64, sigma float64, growth int64) {
		l := fault.Latency{
			Fixed: fault.Duration(fixed), Min: fault.Duration(low), Max: fault.Duration(high),
			Median: fault.Duration(median), Sigma: sigma, Growth: fault.Duration(growth),
		}
		rule := fault.Rule{Name: "slow", What: fault.Action{Do: fault.Delay, Delay: &l}}
		if rule.Check() != nil {
			return
		}
		for _, d := range delays(t, l, 20) {
			assert.GreaterOrEqual(t, d, time.Duration(0), "%+v", l)
			assert.LessOrEqual(t, d, time.Hour, "%+v", l)
		}
	})
}
