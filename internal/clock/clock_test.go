package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/clock"
)

func TestClockStandsBesideTheMachinesUntilItIsMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var none *clock.Clock
		var c clock.Clock
		assert.Equal(t, time.Now(), none.Now(), "a nil clock is the machine's")
		assert.Equal(t, time.Now(), c.Now(), "so is a fresh one")

		c.Advance(61 * time.Minute)
		assert.Equal(t, time.Now().Add(61*time.Minute), c.Now())
		assert.Equal(t, 61*time.Minute, c.Offset())

		time.Sleep(time.Second)
		assert.Equal(t, time.Now().Add(61*time.Minute), c.Now(), "a moved clock goes on at the same pace")

		c.Advance(-61 * time.Minute)
		assert.Equal(t, time.Now(), c.Now(), "it can be moved back")
	})
}

func TestMovingTheClockWakesWhoeverWaitsForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		woken := make(chan time.Time)
		go func() {
			<-c.Changed()
			woken <- c.Now()
		}()
		synctest.Wait()
		c.Advance(time.Hour)
		assert.Equal(t, time.Now().Add(time.Hour), <-woken)
		select {
		case <-c.Changed():
			t.Fatal("the channel after a move waits for the next move")
		default:
		}
	})
}
