package devicetls

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	// freeAfter is the number of handshakes after which memory is returned to the system:
	// each leaves some 100 KB of garbage.
	freeAfter = 1000
	// freeDelay is how long to wait after the last batch of freeAfter handshakes.
	freeDelay = 10 * time.Second
)

// countHandshake counts a completed handshake.
func (set *sessionSet) countHandshake() {
	if set.handshakes.Add(1)%freeAfter != 0 {
		return
	}
	select {
	case set.manyHandshakes <- struct{}{}:
	default: // already signaled
	}
}

// freeMemory returns memory to the system after many logins, once they have ceased, until
// ctx ends. The runtime collects garbage in an idle process only every two minutes, and
// idle devices allocate nothing.
func (set *sessionSet) freeMemory(ctx context.Context) {
	timer := time.NewTimer(freeDelay)
	defer timer.Stop()
	timer.Stop()
	for {
		select {
		case <-set.manyHandshakes:
			timer.Reset(freeDelay)
		case <-timer.C:
			debug.FreeOSMemory()
		case <-ctx.Done():
			return
		}
	}
}
