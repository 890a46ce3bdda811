package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestLowPowerOutlastsTheConnection(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.SetLowPower(testDevice, true)
		w.connect(topic).Detach()
		w.clock.Advance(time.Hour)
		w.Sweep()
		assert.Equal(t, 1, w.Stats().LowPower)
		p := w.connect(topic)
		w.push("a", urgent(5))
		assert.Empty(t, p.names())
		w.SetLowPower(testDevice, false)
		assert.Equal(t, []string{"a"}, p.names())
		p.Detach()
		w.SetLowPower(testDevice, false)
		assert.Equal(t, 1, w.Stats().Queues, "what was not acknowledged waits")
	})
}
