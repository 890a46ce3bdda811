//go:build unix

package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// How long filters take over a full history, over sockets, before and while a provider
// pushes with a hundred requests at once; in milliseconds, the median and the longest.
// At most 50 and 200 is what should be on a machine that does nothing else.
func BenchmarkFiltersUnderPushes(b *testing.B) {
	s := serve(b, "--any-port", "--backlog", "1000000")
	push := newLoad(b, s)
	for newest := 0; newest < 16384; {
		push.rate(b, 500*time.Millisecond)
		var found struct{ Newest int }
		api(b, s, http.MethodGet, "/v1/notifications?limit=1", "", &found)
		newest = found.Newest
	}
	queries := []string{"?", "?topic=com.example.other", "?state=delivered", "?payload.aps.badge=7", "?payload.aps.badge=2", "?payload.aps.category"}
	for b.Loop() {
		measure := func(state string) {
			for _, query := range queries {
				for _, path := range []string{"/v1/notifications", "/v1/notifications/count"} {
					median, longest := timeOf(b, s, path+query)
					b.ReportMetric(median, fmt.Sprintf("%s-%s%s-ms", state, path, query))
					b.ReportMetric(longest, fmt.Sprintf("%s-%s%s-max-ms", state, path, query))
				}
			}
		}
		measure("quiet")
		done := make(chan struct{})
		var load sync.WaitGroup
		load.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					push.rate(b, 500*time.Millisecond)
				}
			}
		})
		measure("loaded")
		close(done)
		load.Wait()
	}
}

// timeOf asks ten times, and returns the median and the longest time in milliseconds.
func timeOf(b *testing.B, s *server, path string) (median, longest float64) {
	b.Helper()
	var took []float64
	for range 10 {
		began := time.Now()
		var response any
		require.Equal(b, http.StatusOK, api(b, s, http.MethodGet, path, "", &response))
		took = append(took, float64(time.Since(began))/float64(time.Millisecond))
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)-1]
}
