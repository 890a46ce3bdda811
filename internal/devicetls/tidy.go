package devicetls

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	// tidyAfter is how many handshakes leave enough garbage behind to be worth a
	// collection of their own: some 100 KB each.
	tidyAfter = 1000
	// tidyQuiet is for how long so many must not have come again.
	tidyQuiet = 10 * time.Second
)

// shaken notes that a handshake is done.
func (g *gathering) shaken() {
	if g.handshakes.Add(1)%tidyAfter != 0 {
		return
	}
	select {
	case g.crowded <- struct{}{}:
	default: // it is known already
	}
}

// tidy gives memory back to the system when a crowd has logged in and it has become
// quiet, until ctx ends. An idle process collects garbage every two minutes only,
// and devices that idle make none.
func (g *gathering) tidy(ctx context.Context) {
	quiet := time.NewTimer(tidyQuiet)
	defer quiet.Stop()
	quiet.Stop()
	for {
		select {
		case <-g.crowded:
			quiet.Reset(tidyQuiet)
		case <-quiet.C:
			debug.FreeOSMemory()
		case <-ctx.Done():
			return
		}
	}
}
