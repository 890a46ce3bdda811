package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// "message-storage-policy": 1 keeps the most recent message, for eight hours at
// the most: "Sending channel management requests to APNs".
func TestALateJoinerGetsTheMostRecentMessage(t *testing.T) {
	hour := func(w *fixture) []option { return []option{expiring(w.in(time.Hour))} }
	day := func(w *fixture) []option { return []option{expiring(w.in(24 * time.Hour))} }
	once := func(*fixture) []option { return []option{neverStored()} }
	tests := []struct {
		what   string
		policy broker.StoragePolicy
		last   func(*fixture) []option // of the newest message
		late   time.Duration
		want   []string
	}{
		{"the newest only", broker.MostRecent, hour, 0, []string{"new"}},
		{"until its expiration", broker.MostRecent, hour, time.Hour - time.Second, []string{"new"}},
		{"and no longer", broker.MostRecent, hour, time.Hour, nil},
		{"at most eight hours", broker.MostRecent, day, 8*time.Hour - time.Second, []string{"new"}},
		{"whatever its expiration", broker.MostRecent, day, 8 * time.Hour, nil},
		{"one that must not be stored leaves what is", broker.MostRecent, once, 0, []string{"old"}},
		{"nothing without storage", broker.NoStorage, hour, 0, nil},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				c := w.channel(test.policy)
				w.publish(c, "old", day(w)...)
				w.publish(c, "new", test.last(w)...)
				w.clock.Advance(test.late)
				p := w.connect()
				p.Subscribe(topic, c.ID, 0)
				assert.Equal(t, test.want, p.names())
			})
		})
	}
}

func TestADeviceGetsOnlyMessagesNewerThanItsCheckpoint(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.MostRecent)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a", expiring(w.in(time.Hour)))
		seen := p.take()[0].Checkpoint
		ok, latest := p.Subscribe(topic, c.ID, 0)
		assert.True(t, ok)
		assert.Equal(t, seen, latest)
		assert.Empty(t, p.take(), "a repeated subscription of one connection gets nothing twice")

		p = w.connect()
		_, latest = p.Subscribe(topic, c.ID, seen)
		assert.Equal(t, seen, latest)
		assert.Empty(t, p.take())
		p = w.connect()
		p.Subscribe(topic, c.ID, seen-1)
		again := p.take()
		require.Len(t, again, 1)
		assert.Equal(t, seen, again[0].Checkpoint)
		assert.Equal(t, uint32(w.in(time.Hour).Unix()), again[0].Expiry)
	})
}

func TestABroadcastIsNotStoredForADevice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.NoStorage)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "sent")
		require.Len(t, p.take(), 1)
		w.publish(c, "ready")
		p.Detach()
		w.publish(c, "away")
		p = w.connect()
		ok, latest := p.Subscribe(topic, c.ID, 0)
		assert.True(t, ok)
		assert.NotZero(t, latest, "the device learns that it missed something")
		assert.Empty(t, p.take())
		assert.Equal(t, []string{"accepted", "sent", "dropped not-acknowledged"}, w.history("sent"))
		assert.Equal(t, []string{"accepted", "dropped device-offline"}, w.history("ready"))
		assert.Equal(t, []string{"accepted"}, w.history("away"))
	})
}

func TestAMessageExpiresWhileTheWindowIsFull(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Window: 1})
		c := w.channel(broker.MostRecent)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "first", neverStored())
		w.publish(c, "short", expiring(w.in(time.Minute)))
		w.publish(c, "once", neverStored())
		require.Equal(t, []string{"first"}, p.names())
		w.clock.Advance(time.Hour)
		p.Ack(1, 0)
		assert.Equal(t, []string{"once"}, p.names(), "one attempt has no end but the connection's")
		assert.Equal(t, []string{"accepted", "dropped expired"}, w.history("short"))
	})
}
