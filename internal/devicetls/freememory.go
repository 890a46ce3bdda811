package devicetls

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	// freeAfter is how many handshakes leave enough garbage behind to be worth a
	// collection of their own: some 100 KB each.
	freeAfter = 1000
	// freeDelay is for how long so many must not have come again.
	freeDelay = 10 * time.Second
)

// countHandshake notes that a handshake is done.
func (set *sessionSet) countHandshake() {
	if set.handshakes.Add(1)%freeAfter != 0 {
		return
	}
	select {
	case set.manyHandshakes <- struct{}{}:
	default: // it is known already
	}
}

// freeMemory gives memory back to the system when a crowd has logged in and it has become
// quiet, until ctx ends. An idle process collects garbage every two minutes only,
// and devices that idle make none.
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
