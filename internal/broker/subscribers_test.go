package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestTheSubscribersOfAChannelAreThoseThatAreConnected(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c, other := w.channel(broker.NoStorage), w.channel(broker.NoStorage)
		first, second := w.connectUser(0), w.connectUser(1)
		for _, p := range []*peer{first, second} {
			ok, _ := p.Subscribe(topic, c.ID, 0)
			require.True(t, ok)
		}
		assert.Equal(t, 2, w.Subscribers(c.Environment, c.App, c.ID))
		assert.Zero(t, w.Subscribers(other.Environment, other.App, other.ID))
		assert.Zero(t, w.Subscribers(apns.Sandbox, c.App, c.ID), "there is no such channel")
		second.Detach()
		assert.Equal(t, 1, w.Subscribers(c.Environment, c.App, c.ID))
	})
}
