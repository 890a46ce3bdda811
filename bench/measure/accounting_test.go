package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCPUTimeIsUserAndKernelTime(t *testing.T) {
	const stat = `4711 (odd) name) S 1 4711 4711 0 -1 4194560 1 0 0 0 123 45 9 9 20 0 7 0 100 1 1`
	used, err := parseStat(stat)
	require.NoError(t, err)
	assert.Equal(t, 1680*time.Millisecond, used, "123 and 45 ticks of 10 ms; the name may contain parentheses")
	for _, bad := range []string{"", "4711 (x) S 1", "4711 (x) S 1 2 3 0 -1 4 1 0 0 0 many 45 9"} {
		_, err := parseStat(bad)
		assert.Error(t, err, bad)
	}
}

func TestCostIsPerHundredThousandPushes(t *testing.T) {
	o := outcome{pushes: 50_000, elapsed: 2 * time.Second, cpu: 300 * time.Millisecond}
	assert.InDelta(t, 25_000, o.perSecond(), 1e-6)
	assert.InDelta(t, 0.6, o.cost(), 1e-9)
}

func TestTableComparesWithTheBaseOfTheSameScenario(t *testing.T) {
	run := func(cpu time.Duration) []*outcome {
		return []*outcome{{pushes: 100_000, elapsed: time.Second, cpu: cpu}}
	}
	rows := []row{
		summarize("a", "ours", run(500*time.Millisecond)),
		summarize("a", "base", run(4*time.Second)),
		summarize("b", "ours", run(-1)),
		summarize("b", "base", run(2*time.Second)),
	}
	assert.Equal(t, "0.12 (1/8.0)", ofBase(rows[0], rows, "base"))
	assert.Equal(t, nothing, ofBase(rows[1], rows, "base"), "the base is not compared with itself")
	assert.Equal(t, nothing, ofBase(rows[2], rows, "base"), "an unknown cost is not compared")
	var out bytes.Buffer
	require.NoError(t, printTable(&out, rows, "base"))
	assert.Contains(t, out.String(), "0.50")
}

func TestEveryShareIsDealt(t *testing.T) {
	for n := range 20 {
		for k := 1; k < 7; k++ {
			sum := 0
			for i := range k {
				sum += share(n, k, i)
			}
			assert.Equal(t, n, sum, "%d among %d", n, k)
		}
	}
	assert.Equal(t, []int{3, 2, 2}, []int{share(7, 3, 0), share(7, 3, 1), share(7, 3, 2)})
}

func TestReportOfH2loadIsRead(t *testing.T) {
	const report = "\nfinished in 511.24ms, 195602.55 req/s, 7.10MB/s\n" +
		"requests: 1000 total, 1000 started, 1000 done, 1000 succeeded, 0 failed, 0 errored, 0 timeout\n" +
		"status codes: 1000 2xx, 0 3xx, 0 4xx, 0 5xx\n"
	took, err := readH2load([]byte(report), 1000)
	require.NoError(t, err)
	assert.Equal(t, 511240*time.Microsecond, took)
	_, err = readH2load([]byte(report), 1001)
	assert.ErrorContains(t, err, "1000 of 1001", "a push that is not accepted is a failure")
	_, err = readH2load([]byte("h2load: error"), 1)
	assert.Error(t, err)
}
