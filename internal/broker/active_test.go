package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// observed: apsd, whose intervals are 10 seconds and, after an unlock, 600.
func TestADeviceIsInactiveWhenItsTimeInUseIsOver(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		p.SetActiveFor(10 * time.Second)
		w.clock.Advance(time.Hour) // it has a time of its own
		time.Sleep(10*time.Second - time.Nanosecond)
		w.push("a", urgent(1))
		assert.Equal(t, []string{"a"}, p.names())
		time.Sleep(time.Nanosecond)
		w.push("b", urgent(1))
		assert.Empty(t, p.names())
		assert.Equal(t, 1, w.Stats().Inactive)
		p.SetActiveFor(10 * time.Second)
		assert.Equal(t, []string{"b"}, p.names())
	})
}

func TestReadyPushesAreSentAfterTheDeviceBecomesInactive(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.attach()
		p.SetFilter(broker.TopicFilter{Opportunistic: hashes(topic)})
		w.push("on its way")
		p.SetActive(false)
		assert.Equal(t, 1, w.Stats().Inactive)
		assert.Equal(t, []string{"on its way"}, p.names())
	})
}
