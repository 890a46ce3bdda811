package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestExpiration(t *testing.T) {
	tests := []struct {
		what   string
		push   func(*fixture) []option
		away   time.Duration
		comes  bool
		expect string // the last word of the journal
	}{
		{"0 is one attempt: a device that is away never sees it", func(*fixture) []option { return []option{neverStored()} }, 0, false, "dropped device-offline"},
		{"a time in the past is one attempt", func(w *fixture) []option { return []option{expiring(w.in(-time.Minute))} }, 0, false, "dropped device-offline"},
		{"before its expiry it waits", func(w *fixture) []option { return []option{expiring(w.in(time.Hour))} }, 59 * time.Minute, true, "sent"},
		{"after its expiry it is dropped", func(w *fixture) []option { return []option{expiring(w.in(time.Hour))} }, 2 * time.Hour, false, "dropped expired"},
		{"the default waits thirty days", func(*fixture) []option { return nil }, 30*24*time.Hour - time.Second, true, "sent"},
		{"and no longer", func(*fixture) []option { return nil }, 30*24*time.Hour + time.Second, false, "dropped expired"},
		{"a later time is capped at thirty days", func(w *fixture) []option { return []option{expiring(w.in(90 * 24 * time.Hour))} }, 31 * 24 * time.Hour, false, "dropped expired"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				w.push("a", test.push(w)...)
				time.Sleep(test.away)
				assert.Equal(t, test.comes, len(w.connect(topic).names()) == 1)
				history := w.history("a")
				assert.Equal(t, test.expect, history[len(history)-1])
			})
		})
	}
}

func TestExpiration0ReachesAConnectedDevice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("now", neverStored())
		got := p.take()
		require.Len(t, got, 1)
		assert.Zero(t, got[0].Expiry)
		p.Detach()
		assert.Equal(t, []string{"accepted", "sent", "dropped not-acknowledged"}, w.history("now"))
	})
}

func TestSweepDropsExpiredPushes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 2}})
		w.push("short", expiring(w.in(time.Minute)))
		w.push("long", expiring(w.in(time.Hour)))
		assert.Equal(t, w.in(time.Minute).Unix(), w.NextDue().Unix())
		w.Sweep()
		assert.Equal(t, 2, w.Stats().Held, "nothing is due yet")
		w.clock.Advance(2 * time.Minute)
		w.Sweep()
		assert.Equal(t, 1, w.Stats().Held)
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped expired"}, w.history("short"))
		w.clock.Advance(time.Hour)
		w.Sweep()
		assert.True(t, w.NextDue().IsZero())
		assert.Zero(t, w.Stats().Queues, "a queue without anything is forgotten")
	})
}
