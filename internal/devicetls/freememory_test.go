package devicetls

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func forcedCollections() uint32 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumForcedGC
}

func TestMemoryIsFreedAfterManyLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newSessionSet(nil, 0)
		ctx, cancel := context.WithCancel(t.Context())
		var tidying sync.WaitGroup
		tidying.Go(func() { g.freeMemory(ctx) })
		before := forcedCollections()
		login := func(count int, then time.Duration) {
			for range count {
				g.countHandshake()
			}
			time.Sleep(then)
			synctest.Wait()
		}
		login(freeAfter-1, time.Hour)
		assert.Equal(t, before, forcedCollections(), "they are few")
		login(1, freeDelay/2)
		login(freeAfter, freeDelay/2)
		assert.Equal(t, before, forcedCollections(), "more have come meanwhile")
		login(0, time.Hour)
		assert.Equal(t, before+1, forcedCollections(), "once is enough")
		cancel()
		tidying.Wait()
		g.wait()
	})
}
