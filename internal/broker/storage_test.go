package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestStoredPushesComeFirstAndTheLastIsMarked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 3}})
		for _, name := range []string{"a", "b", "c"} {
			w.push(name)
		}
		p := w.attach()
		assert.Equal(t, 3, p.enable(topic))
		w.push("live")
		var flags []uint8
		var last uint64
		for _, d := range p.take() {
			flags = append(flags, d.Storage)
			assert.Greater(t, d.Timestamp, last, "timestamps strictly rise along a connection")
			last = d.Timestamp
		}
		assert.Equal(t, []uint8{1, 1, 3, 0}, flags, "bit 0 stored, bit 1 the last of them (observed: apsd)")
	})
}

func TestANewBrokerLoadsThePushesInTheStore(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("a")
		w.push("gone", neverStored())
		next, err := broker.New(broker.Config{Store: w.store, Journal: w.journal, Clock: w.clock})
		require.NoError(t, err)
		w.Broker = next
		p := w.connect(topic)
		assert.Equal(t, []string{"a"}, p.names())
		p.Ack(1, 0)
		left, err := w.store.Load()
		require.NoError(t, err)
		assert.Empty(t, left, "what is settled leaves the store")
	})
}
