package groupcommit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheWaitFollowsTheAcknowledgements(t *testing.T) {
	samples := func(l *latency, n int, each time.Duration) {
		for range n {
			l.sample(each)
		}
	}
	var l latency
	assert.Equal(t, minWait, l.wait(), "before the first")
	samples(&l, 100, 300*time.Microsecond)
	assert.Equal(t, minWait, l.wait(), "devices are faster than that")
	samples(&l, 20, 6*time.Millisecond)
	assert.Greater(t, l.wait(), 6*time.Millisecond, "long enough for nearly all")
	samples(&l, 100, 6*time.Millisecond)
	assert.InDelta(t, 6*time.Millisecond, l.wait(), float64(time.Millisecond))
	samples(&l, 100, 40*time.Millisecond)
	samples(&l, 1, 80*time.Millisecond)
	assert.Equal(t, maxWait, l.wait())
	samples(&l, 100, time.Hour)
	assert.Equal(t, minWait, l.wait(), "waiting does not help")
	samples(&l, 100, time.Millisecond)
	assert.Equal(t, minWait, l.wait(), "it helps again")
}

func TestAQueueForgetsWhatIsCancelledAndKeepsPositions(t *testing.T) {
	var q queue
	begin := time.Now()
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	var positions []uint64
	for i := range 5 {
		positions = append(positions, q.add(put{at: at(i)}))
	}
	q.cancel(q.at(positions[0]))
	assert.Equal(t, at(1), q.oldest())
	taken := q.take(nil, at(2))
	assert.Len(t, taken, 2)
	assert.Nil(t, q.at(positions[2]), "it is in a transaction")
	assert.Equal(t, at(3), q.at(positions[3]).at)
	q.cancel(q.at(positions[3]))
	q.cancel(q.at(positions[4]))
	assert.Zero(t, q.live)
	assert.Equal(t, positions[4]+1, q.add(put{at: at(9)}), "a position is never used again")
	assert.Equal(t, at(9), q.oldest())
}

func TestAReceiptNamesItsPlace(t *testing.T) {
	for _, position := range []uint64{0, 1, 1 << 40} {
		for _, queue := range []int{waits, leaves} {
			r := handleOf(queue, position)
			assert.NotZero(t, r, "zero is durable")
			q, p := locationOf(r)
			assert.Equal(t, queue, q)
			assert.Equal(t, position, p)
		}
	}
}
