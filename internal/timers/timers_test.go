package timers_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/timers"
)

// A list is what was done, in order.
type list chan string

// take empties the list.
func (l list) take() (all []string) {
	synctest.Wait()
	for len(l) > 0 {
		all = append(all, <-l)
	}
	return all
}

func TestAFunctionIsCalledAfterItsDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g timers.Group
		done := make(list, 10)
		g.After(2*time.Second, func() { done <- "second" })
		g.After(time.Second, func() { done <- "first" })
		time.Sleep(time.Second - 1)
		assert.Empty(t, done.take())
		time.Sleep(time.Nanosecond)
		assert.Equal(t, []string{"first"}, done.take())
		time.Sleep(time.Second)
		assert.Equal(t, []string{"second"}, done.take())
		g.End()
	})
}

func TestEndStopsTimersAndWaitsForRunningFunctions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g timers.Group
		done := make(list, 10)
		g.After(time.Second, func() {
			time.Sleep(time.Minute)
			done <- "begun"
		})
		g.After(2*time.Second, func() { done <- "not begun" })
		time.Sleep(time.Second)
		synctest.Wait()
		start := time.Now()
		g.End()
		assert.Equal(t, time.Minute, time.Since(start))
		g.After(0, func() { done <- "too late" })
		time.Sleep(time.Hour)
		assert.Equal(t, []string{"begun"}, done.take())
	})
}
