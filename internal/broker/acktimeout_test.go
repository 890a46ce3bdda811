package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestADeviceThatDoesNotAcknowledgeIsDisconnected(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{AckTimeout: time.Minute})
		p := w.connect(topic)
		after := func(d time.Duration) int {
			time.Sleep(d)
			w.Sweep()
			return p.overdue
		}
		assert.Zero(t, after(time.Hour), "it owes nothing")
		w.push("a")
		w.push("b")
		require.Len(t, p.take(), 2)
		assert.Zero(t, after(time.Minute-1))
		p.Ack(1, 0)
		assert.Zero(t, after(time.Minute-1), "it has a minute for the next one")
		w.push("c")
		require.Len(t, p.take(), 1)
		p.Ack(3, 0)
		assert.Equal(t, 1, after(1), "which is not the newest")
		assert.Equal(t, 1, after(time.Hour), "it is told once")
		p.Detach()
		assert.Equal(t, []string{"b"}, w.connect(topic).names())
	})
}

func TestMovingTheClockMakesNoAcknowledgementOverdue(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{AckTimeout: time.Minute})
		p := w.connect(topic)
		w.push("a")
		p.take()
		w.clock.Advance(24 * time.Hour)
		w.Sweep()
		assert.Zero(t, p.overdue, "the network has no other time than the machine's")
		w.clock.Advance(-48 * time.Hour)
		time.Sleep(time.Minute)
		w.Sweep()
		assert.Equal(t, 1, p.overdue)
	})
}

func TestThereIsNoAcknowledgementTimeoutByDefault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("a", neverStored())
		p.take()
		time.Sleep(24 * time.Hour)
		w.Sweep()
		assert.Zero(t, p.overdue)
		_, verdict := p.Ack(1, 0)
		assert.Equal(t, broker.Done, verdict)
	})
}
