package broker_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestABacklogOfTooManyPushesIsRejected(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Backlog: 3})
		p := w.connect(topic)
		for i := range 3 {
			w.push(fmt.Sprint(i))
		}
		var rejection *apns.Rejection
		require.ErrorAs(t, w.tryPush("one too many"), &rejection)
		assert.Equal(t, apns.TooManyRequests, rejection.Reason)
		assert.Empty(t, w.history("one too many"), "it was never accepted")
		assert.Len(t, p.take(), 3)
		w.push("again")
	})
}

func TestABacklogOfTooManyBytesIsRejected(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		large := func(n *apns.Notification) { n.Payload = make([]byte, 1<<20) }
		for i := range 16 {
			w.push(fmt.Sprint(i), large)
		}
		var rejection *apns.Rejection
		require.ErrorAs(t, w.tryPush("one too many"), &rejection)
		assert.Equal(t, apns.TooManyRequests, rejection.Reason)
		require.Len(t, p.Take(make([]broker.Delivery, 0, 1)), 1)
		w.push("there is room again", large)
		require.NoError(t, w.ConsistencyCheck())
		assert.Len(t, p.take(), 16)
		require.NoError(t, w.ConsistencyCheck())
	})
}
