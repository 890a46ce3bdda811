package groupcommit

import "time"

// The writer waits at least minWait and at most maxWait for a push that was just
// sent to be acknowledged, before it writes the record.
const (
	minWait = 2 * time.Millisecond
	maxWait = 50 * time.Millisecond
)

// A latency estimates how long devices take to acknowledge, as TCP estimates the time to
// an acknowledgement: a mean and a mean deviation, each an exponentially weighted average.
// https://www.rfc-editor.org/rfc/rfc6298#section-2
type latency struct {
	mean, deviation time.Duration
}

// sample takes the time of one acknowledgement into the estimate. Times beyond twice
// maxWait count as that, so that the estimate recovers soon.
func (l *latency) sample(d time.Duration) {
	d = min(d, 2*maxWait)
	if l.mean == 0 {
		l.mean, l.deviation = d, d/2
		return
	}
	l.deviation += ((d - l.mean).Abs() - l.deviation) / 4
	l.mean += (d - l.mean) / 8
}

// wait returns how long the writer waits for acknowledgements: long enough for nearly
// all. If most take longer than maxWait, waiting does not help, and it waits for the
// shortest time.
func (l *latency) wait() time.Duration {
	if l.mean > maxWait {
		return minWait
	}
	return min(max(l.mean+4*l.deviation, minWait), maxWait)
}
