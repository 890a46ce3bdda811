package integration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// workLimit is how much processor time the simulator takes to start and to stop. What else
// runs on the machine slows a start down and adds little to its work.
const workLimit = 65 * time.Millisecond

// waitLimit is how much longer than its work a start takes: it waits for next to nothing.
// Under the race detector the test itself is slow.
const waitLimit = 20 * time.Millisecond

const (
	leastStarts = 10
	// mostStarts is how many starts are waited for one that what else runs does not delay.
	mostStarts = 100
)

// startTime starts a simulator and returns how long that took, and the processor time of the
// whole process.
func startTime(t testing.TB) (took, work time.Duration) {
	t.Helper()
	begin := time.Now()
	p := start(t, apnsSim, "serve", "--any-port", "--ready", "json")
	p.line()
	took = time.Since(begin)
	p.stop()
	<-p.ended
	return took, p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// Other processes delay a start, and none makes it faster: so the fastest start and the least
// work are those of the simulator.
func TestTheSimulatorIsReadyAtOnce(t *testing.T) {
	limit := waitLimit
	if raceEnabled {
		limit *= 10
	}
	fastest, work := startTime(t)
	starts := 1
	for ; starts < leastStarts || fastest >= work+limit && starts < mostStarts; starts++ {
		took, worked := startTime(t)
		fastest, work = min(fastest, took), min(work, worked)
	}
	t.Logf("ready after %v, with %v of processor time for start and stop (the least of %d starts)", fastest, work, starts)
	require.Less(t, work, workLimit)
	require.Less(t, fastest, work+limit)
}

func BenchmarkStart(b *testing.B) {
	var sum time.Duration
	n := 0
	for b.Loop() {
		took, _ := startTime(b)
		sum += took
		n++
	}
	b.ReportMetric(float64(sum.Milliseconds())/float64(n), "ms/start")
	b.ReportMetric(0, "ns/op") // would count the stop too
}
