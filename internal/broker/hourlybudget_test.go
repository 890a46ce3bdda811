package broker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func ofType(t apns.PushType) option { return func(n *apns.Notification) { n.PushType = t } }

// Apple advises two or three an hour, and holds only the newest of the others.
// https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app
func TestBackgroundPushesPerHourAreLimited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 10}, Hourly: broker.Hourly{Background: 2}})
		p := w.connect(topic, "other")
		silent := func(name string, options ...option) {
			w.push(name, append(options, ofType(apns.Background), urgent(5))...)
		}
		silent("one")
		time.Sleep(10 * time.Minute)
		silent("two")
		silent("three")
		w.push("seen", ofType(apns.Alert), urgent(5))
		silent("of another app", forTopic("other"))
		silent("four")
		assert.Equal(t, []string{"one", "two", "seen", "of another app"}, p.names(), "neither what is seen nor other apps count")
		assert.Equal(t, []string{"accepted", "stored over-budget", "dropped replaced"}, w.history("three"), "only the newest waits")

		time.Sleep(50*time.Minute - 1)
		w.Sweep()
		assert.Empty(t, p.names())
		time.Sleep(time.Nanosecond)
		assert.Equal(t, time.Now().UnixNano(), w.NextDue().UnixNano())
		w.Sweep()
		assert.Equal(t, []string{"four"}, p.names(), "the first is an hour old")
		silent("five")
		assert.Empty(t, p.names(), "four counts")
	})
}

func TestABackgroundPushThatIsSentAgainCountsOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Hourly: broker.Hourly{Background: 1}})
		p := w.connect(topic)
		w.push("one", ofType(apns.Background))
		assert.Equal(t, []string{"one"}, p.names())
		p.Detach()
		p = w.connect(topic)
		assert.Equal(t, []string{"one"}, p.names())
		p.Ack(1, 0)
		p.Detach()
		assert.Equal(t, 1, w.Stats().Queues, "what was spent is remembered while the device is away")
		w.clock.Advance(time.Hour)
		w.Sweep()
		assert.Zero(t, w.Stats().Queues, "for an hour")
	})
}

func TestSettingTheClockBackResetsTheHourlyBudget(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Hourly: broker.Hourly{Background: 1}})
		p := w.connect(topic)
		w.clock.Advance(2 * time.Hour)
		w.push("one", ofType(apns.Background))
		w.push("two", ofType(apns.Background))
		require.Equal(t, []string{"one"}, p.names())
		w.clock.Advance(-2 * time.Hour)
		w.Sweep()
		assert.Equal(t, []string{"two"}, p.names(), "the hour of the first is yet to come")
		w.push("three", ofType(apns.Background))
		assert.Empty(t, p.names(), "the second counts")
		w.clock.Advance(time.Hour)
		w.Sweep()
		assert.Equal(t, []string{"three"}, p.names())
	})
}

// ActivityKit: a budget for priority 10, none for 5.
func TestLiveActivityUpdatesPerHourAreLimited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 10}, Hourly: broker.Hourly{LiveActivity: 2}})
		p := w.connect(topic)
		for i := range 4 {
			w.push(fmt.Sprint(i), ofType(apns.LiveActivity))
		}
		w.push("low", ofType(apns.LiveActivity), urgent(5))
		assert.Equal(t, []string{"0", "1", "low"}, p.names())
		w.clock.Advance(time.Hour)
		w.Sweep()
		assert.Equal(t, []string{"2", "3"}, p.names())
	})
}

func TestThereAreNoHourlyBudgetsByDefault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		for range 50 {
			w.push("silent", ofType(apns.Background))
			w.push("live", ofType(apns.LiveActivity))
		}
		assert.Len(t, p.names(), 100)
	})
}
