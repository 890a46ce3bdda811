package broker_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestWindowHoldsBackUntilTheDeviceAcknowledges(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Window: 2})
		p := w.connect(topic)
		for i := range 5 {
			w.push(fmt.Sprint(i))
		}
		assert.Equal(t, []string{"0", "1"}, p.names())
		assert.Empty(t, p.take())
		woken := p.woken
		p.Ack(2, 0) // out of order
		assert.Equal(t, woken+1, p.woken)
		assert.Equal(t, []string{"2"}, p.names())
		p.Ack(1, 0)
		p.Ack(3, 0)
		assert.Equal(t, []string{"3", "4"}, p.names())
	})
}

func TestAPeerIsWokenOnceUntilItHasTakenEverything(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		for i := range 5 {
			w.push(fmt.Sprint(i))
		}
		assert.Equal(t, 1, p.woken, "one wake for all")
		assert.Len(t, p.Take(make([]broker.Delivery, 0, 2)), 2)
		w.push("5")
		assert.Equal(t, 1, p.woken, "the peer knows that there is more")
		assert.Len(t, p.Take(make([]broker.Delivery, 0, 100)), 4)
		w.push("6")
		assert.Equal(t, 2, p.woken)
	})
}

// Behind it stands everything that was sent since, acknowledged or not.
func TestAMissingAcknowledgementStopsDeliveryInTheEnd(t *testing.T) {
	const window = 10
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Window: window})
		p := w.connect(topic)
		sent := 0
		for i := range 100 * window {
			w.push(fmt.Sprint(i))
			for _, d := range p.Take(make([]broker.Delivery, 0, 1)) {
				sent++
				if d.ID != 1 {
					p.Ack(d.ID, 0)
				}
			}
		}
		assert.Equal(t, 64*window, sent)
		p.woken = 0
		p.Ack(1, 0)
		assert.Equal(t, 1, p.woken)
		assert.Len(t, p.Take(make([]broker.Delivery, 0, window)), window)
	})
}
