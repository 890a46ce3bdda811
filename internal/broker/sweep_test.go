package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestSoonerSignalsAnEarlierDueTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 9}})
		sooner := func() bool {
			select {
			case <-w.Sooner():
				return true
			default:
				return false
			}
		}
		assert.False(t, sooner())
		w.push("a", expiring(w.in(time.Hour)))
		w.push("b", expiring(w.in(time.Minute)))
		assert.True(t, sooner())
		assert.False(t, sooner(), "it is told once")
		assert.Equal(t, w.in(time.Minute).Unix(), w.NextDue().Unix())
		w.push("c", expiring(w.in(2*time.Minute)))
		assert.False(t, sooner(), "this is later")
		w.clock.Advance(90 * time.Second)
		w.Sweep()
		assert.Equal(t, w.in(30*time.Second).Unix(), w.NextDue().Unix())
	})
}
