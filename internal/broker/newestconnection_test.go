package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestNewestConnectionWins(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		older := w.connect(topic)
		w.push("a")
		require.Len(t, older.take(), 1)
		newer := w.connect(topic)
		assert.Equal(t, 1, older.replaced)
		assert.Empty(t, older.take())
		assert.Equal(t, []string{"a"}, newer.names(), "what the older connection had not acknowledged")
		older.Detach()
		w.push("b")
		assert.Equal(t, []string{"b"}, newer.names(), "the older one's end does not touch the newer one")
	})
}

func TestSubscriptionsEndWithAReplacedConnection(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.NoStorage)
		older := w.connect()
		older.Subscribe(topic, c.ID, 0)
		newer := w.connect()
		assert.Zero(t, w.Stats().Subscriptions)
		w.publish(c, "a")
		assert.Empty(t, newer.take(), "a device subscribes on each connection")
		older.Unsubscribe(topic, c.ID)
	})
}
