package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestAChannelWithoutStorageHasTheHigherBudget(t *testing.T) {
	tests := []struct {
		what   string
		budget broker.Budget
		policy broker.StoragePolicy
		takes  int
	}{
		{"stored", broker.Budget{Stored: 2, Unstored: 3}, broker.MostRecent, 2},
		{"unstored", broker.Budget{Stored: 2, Unstored: 3}, broker.NoStorage, 3},
		{"stored by default", broker.Budget{}, broker.MostRecent, broker.DefaultBudgetStored},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{ChannelBudget: test.budget})
				c := w.channel(test.policy)
				for range test.takes {
					w.publish(c, "a")
				}
				assert.Equal(t, apns.TooManyRequests, reason(t, w.tryPublish(c, "b")))
				w.clock.Advance(time.Minute)
				w.publish(c, "c")
			})
		})
	}
	t.Run("none", func(t *testing.T) {
		w := newFixture(t, broker.Config{ChannelBudget: broker.Budget{Stored: -1}})
		c := w.channel(broker.MostRecent)
		for range 2 * broker.DefaultBudgetStored {
			w.publish(c, "a")
		}
	})
}
