package main

import (
	"cmp"
	"slices"
	"time"
)

// percentile returns the smallest of the values that at least p of 100 of them
// do not exceed. The values must be sorted; without any, it returns 0.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(p / 100 * float64(len(sorted)))
	if float64(rank) < p/100*float64(len(sorted)) {
		rank++
	}
	return sorted[max(rank, 1)-1]
}

// median returns the one in the middle, or the lower of two. Without values, it
// returns 0.
func median[T cmp.Ordered](values []T) T {
	if len(values) == 0 {
		var none T
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
