package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPercentileIsTheNearestRank(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, row := range []struct {
		values []time.Duration
		p      float64
		want   time.Duration
		note   string
	}{
		{hundred, 50, 50, "half of a hundred values do not exceed the fiftieth"},
		{hundred, 99, 99, "one value is larger"},
		{hundred, 100, 100, "none is larger"},
		{hundred, 0, 1, "there is no value before the first"},
		{hundred[:3], 50, 2, "a rank of 1.5 is rounded up"},
		{hundred[:1], 99, 1, "one value is every percentile"},
		{nil, 50, 0, "nothing was measured"},
	} {
		assert.Equal(t, row.want, percentile(row.values, row.p), row.note)
	}
}

func TestMedianIsTheOneInTheMiddle(t *testing.T) {
	values := []int{9, 1, 5}
	assert.Equal(t, 5, median(values))
	assert.Equal(t, []int{9, 1, 5}, values, "the order of the runs stays")
	assert.Equal(t, 1, median([]int{9, 1}), "the lower of two")
	assert.Zero(t, median[int](nil))
}
