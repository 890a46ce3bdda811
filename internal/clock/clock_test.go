package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/clock"
)

func TestAClockShowsTheMachinesTimeUntilItIsMoved(t *testing.T) {
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

func TestMovingTheClockClosesChanged(t *testing.T) {
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

func TestAClockIsSetToATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		then := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
		c.Set(then)
		assert.True(t, then.Equal(c.Now()))
		c.Advance(time.Minute)
		c.Set(then.Add(-time.Hour))
		assert.True(t, then.Add(-time.Hour).Equal(c.Now()), "whatever it showed before")
	})
}

func TestAClockBesideAnotherIsMovedSeparately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var main clock.Clock
		main.Advance(time.Hour)
		beside := main.Beside()
		assert.Equal(t, main.Now(), beside.Now(), "they begin with the same time")

		changed := main.Changed()
		beside.Advance(time.Hour)
		assert.Equal(t, time.Now().Add(time.Hour), main.Now())
		assert.Equal(t, time.Now().Add(2*time.Hour), beside.Now())
		assert.Equal(t, []uint64{2, 1}, []uint64{main.Moves(), beside.Moves()}, "the main clock tells of both")
		<-changed

		main.Set(time.Now())
		assert.Equal(t, time.Now().Add(2*time.Hour), beside.Now())

		var none *clock.Clock
		assert.Equal(t, time.Now(), none.Beside().Now())
		none.Beside().Advance(time.Hour) // tells nobody
		assert.Zero(t, none.Moves())
	})
}

func TestAClockRejectsTimesOutOfItsRange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		for name, to := range map[string]func(time.Time) time.Time{
			"year 9999":         func(time.Time) time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) },
			"year 2263":         func(time.Time) time.Time { return time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC) },
			"before 1970":       func(time.Time) time.Time { return time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC) },
			"the zero time":     func(time.Time) time.Time { return time.Time{} },
			"2,562,047 hours":   func(now time.Time) time.Time { return now.Add(2_562_047 * time.Hour) },
			"-2,562,047 hours":  func(now time.Time) time.Time { return now.Add(-2_562_047 * time.Hour) },
			"just beyond Last":  func(time.Time) time.Time { return clock.Last.Add(1) },
			"just before First": func(time.Time) time.Time { return clock.First.Add(-1) },
		} {
			err := c.Move(to)
			assert.ErrorIs(t, err, clock.ErrRange, name)
			assert.ErrorContains(t, err, "from 1971-01-01T00:00:00Z to 2262-01-01T00:00:00Z", name)
			assert.Equal(t, time.Now(), c.Now(), "%s: the clock stays", name)
		}
		for range 2 { // 200 years are no difference that fits once more
			c.Set(clock.First)
			c.Advance(200 * 365 * 24 * time.Hour)
			assert.Equal(t, 2170, c.Now().Year())
		}
		c.Set(clock.Last)
		assert.True(t, clock.Last.Equal(c.Now()))
		assert.Equal(t, clock.Last.UnixNano(), c.Now().UnixNano(), "fits into nanoseconds")
		assert.Panics(t, func() { c.Advance(time.Second) })
	})
}
