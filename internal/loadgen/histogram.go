package loadgen

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// subBuckets is into how many parts each doubling is cut: a percentile is exact to
// one in 32, about 3 %.
const subBuckets = 32

// A histogram counts durations in buckets that grow with them. It takes as much memory
// for a million as for one, and its methods may be called from any goroutine.
type histogram struct {
	buckets [64 * subBuckets]atomic.Uint64
	count   atomic.Uint64
	longest atomic.Int64
}

// add counts a duration; what is negative counts as 0.
func (h *histogram) add(d time.Duration) {
	d = max(d, 0)
	h.buckets[bucket(d)].Add(1)
	h.count.Add(1)
	for longest := h.longest.Load(); int64(d) > longest; longest = h.longest.Load() {
		if h.longest.CompareAndSwap(longest, int64(d)) {
			return
		}
	}
}

// bucket gives the bucket of a duration: below 32 ns there is one for each.
func bucket(d time.Duration) int {
	shift := max(bits.Len64(uint64(d))-bits.Len(subBuckets), 0)
	return shift*subBuckets + int(d>>shift)
}

// limit is the longest duration in a bucket.
func limit(bucket int) time.Duration {
	if bucket < 2*subBuckets {
		return time.Duration(bucket)
	}
	shift := bucket/subBuckets - 1
	return time.Duration(bucket-shift*subBuckets+1)<<shift - 1
}

// percentile gives the smallest duration that at least p of 100 do not exceed; 0 if
// there are none.
func (h *histogram) percentile(p float64) time.Duration {
	count := h.count.Load()
	rank := max(uint64(math.Ceil(p/100*float64(count))), 1)
	longest := time.Duration(h.longest.Load())
	for i := range h.buckets {
		if n := h.buckets[i].Load(); n < rank {
			rank -= n
			continue
		}
		return min(limit(i), longest)
	}
	return longest
}

// Percentiles sum up a number of durations. In JSON they are milliseconds.
type Percentiles struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

func (h *histogram) percentiles() Percentiles {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return Percentiles{
		Count: h.count.Load(), P50: ms(h.percentile(50)), P90: ms(h.percentile(90)), P99: ms(h.percentile(99)),
		Max: ms(time.Duration(h.longest.Load())),
	}
}
