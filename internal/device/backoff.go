package device

import (
	"math/rand/v2"
	"time"
)

// A backoff spaces attempts to connect: the wait doubles from min to max with
// each failure, and jitter takes up to half of it away, so that many devices do
// not come back at once.
//
// observed: apsd, whose delay grows with failures.
type backoff struct {
	min, max time.Duration
	failures int
}

// next counts a failure and gives the wait before the next attempt.
func (b *backoff) next() time.Duration {
	wait := b.max
	if shift := min(b.failures, 30); b.min < b.max>>shift {
		wait = b.min << shift
	}
	b.failures++
	return wait - rand.N(wait/2+1)
}

// reset forgets the failures.
func (b *backoff) reset() { b.failures = 0 }
