package integration_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startLimit is how soon the simulator has to be ready, from the start of the
// process to the ready record. Under the race detector the test itself is slow.
const startLimit = 50 * time.Millisecond

// startTime starts a simulator and returns how long that took.
func startTime(t testing.TB) time.Duration {
	t.Helper()
	begin := time.Now()
	p := start(t, apnsSim, "serve", "--any-port", "--ready", "json")
	p.line()
	took := time.Since(begin)
	p.stop()
	return took
}

// Not parallel: nothing else of this package runs meanwhile.
func TestTheSimulatorIsReadyAtOnce(t *testing.T) {
	limit := startLimit
	if raceEnabled {
		limit *= 10
	}
	var times []time.Duration
	for range 10 {
		times = append(times, startTime(t))
	}
	slices.Sort(times)
	median := (times[4] + times[5]) / 2
	t.Logf("ready after %v (median of %d; fastest %v, slowest %v)", median, len(times), times[0], times[len(times)-1])
	require.Less(t, median, limit)
}

func BenchmarkStart(b *testing.B) {
	var sum time.Duration
	n := 0
	for b.Loop() {
		sum += startTime(b)
		n++
	}
	b.ReportMetric(float64(sum.Milliseconds())/float64(n), "ms/start")
	b.ReportMetric(0, "ns/op") // would count the stop too
}
