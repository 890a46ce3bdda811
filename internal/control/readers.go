package control

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// Readers of events give way to pushes. Each rests after a page, the longer the more
// of them have something to read, so that together they take about a quarter of the
// processors at most. One that is so far behind that events are evicted is told.
type readers struct{ busy atomic.Int64 }

// longestRest bounds the rest of a reader.
const longestRest = 2 * time.Second

func (r *readers) begin() { r.busy.Add(1) }
func (r *readers) end()   { r.busy.Add(-1) }

// pause rests after a page that took so long.
func (r *readers) pause(ctx context.Context, took time.Duration) error {
	rest := min(longestRest, took*time.Duration(4*r.busy.Load())/time.Duration(runtime.GOMAXPROCS(0)))
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
