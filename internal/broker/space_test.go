package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
)

// inASpace is a fixture in which the device has a space.
func inASpace(t *testing.T) (w *fixture, spaces *space.Registry, own *space.Space) {
	t.Helper()
	common := new(clock.Clock)
	spaces = space.New(common)
	own, err := spaces.Open("TEAM000001")
	require.NoError(t, err)
	spaces.Assign(testDevice.Device, own)
	w = newFixtureAt(t, common, broker.Config{Spaces: spaces})
	return w, spaces, own
}

func TestAStoredPushExpiresByTheClockOfItsSpace(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, spaces, own := inASpace(t)
		w.push("a", expiring(w.in(time.Hour)))
		w.clock.Advance(2 * time.Hour)
		w.Sweep()
		assert.Equal(t, []string{"accepted", "stored device-offline"}, w.history("a"), "elsewhere it is later")

		spaces.Clock(own).Advance(2 * time.Hour)
		w.Sweep()
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped expired"}, w.history("a"))

		w.push("b", expiring(time.Now().Add(90*time.Minute)))
		assert.Equal(t, []string{"accepted", "dropped device-offline"}, w.history("b"), "in the space that has passed")
	})
}

// The deadline is kept in the machine's time, so that an ordinary sweep finds it
// whatever the clocks show.
func TestASweepFindsWhatExpiresInAnySpaceWithoutAMove(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, spaces, own := inASpace(t)
		spaces.Clock(own).Advance(24 * time.Hour)
		w.Sweep()
		w.push("a", expiring(spaces.Clock(own).Now().Add(time.Minute)))
		assert.Equal(t, time.Now().Add(time.Minute), w.NextDue())
		time.Sleep(59 * time.Second)
		w.Sweep()
		assert.NotContains(t, w.history("a"), "dropped expired")
		time.Sleep(2 * time.Second)
		w.Sweep()
		assert.Contains(t, w.history("a"), "dropped expired")
	})
}

func TestADeviceThatMovesIsInItsNewSpaceWhenItConnects(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, spaces, own := inASpace(t)
		spaces.Clock(own).Advance(time.Hour)
		w.connect(topic).Detach()
		spaces.Assign(testDevice.Device, nil)
		p := w.connect(topic)
		w.push("a")
		require.Len(t, p.take(), 1)
		assert.Equal(t, time.Now(), w.journal.Read(0, 1).Events[0].At)
	})
}

func TestAChannelIsSeenInItsSpaceOnly(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, spaces, own := inASpace(t)
		spaces.Clock(own).Advance(time.Hour)
		mine, err := w.CreateChannel(apns.Production, broker.AppIn(own, topic), broker.MostRecent)
		require.NoError(t, err)
		assert.Equal(t, topic, mine.App.BundleID())
		assert.Equal(t, spaces.Clock(own).Now(), mine.Created)
		common := w.channel(broker.MostRecent)
		assert.Equal(t, []broker.Channel{mine}, w.Channels(apns.Production, broker.AppIn(own, topic)))
		assert.Equal(t, []broker.Channel{common}, w.Channels(apns.Production, topic))

		p := w.connect(topic)
		ok, _ := p.Subscribe(topic, common.ID, 0)
		assert.False(t, ok, "the app of the same name is another one")
		ok, _ = p.Subscribe(topic, mine.ID, 0)
		assert.True(t, ok)
		w.publish(mine, "a")
		w.publish(common, "b")
		assert.Equal(t, []string{"a"}, p.names())

		w.DeleteSpace(own, spaces.Close(own))
		assert.Empty(t, w.Channels(apns.Production, broker.AppIn(own, topic)))
		assert.Equal(t, []broker.Channel{common}, w.Channels(apns.Production, topic))
	})
}

func TestPushesWaitingForADeletedDeviceAreDropped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("away")
		w.DeleteDevice(testDevice.Device)
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped device-deleted"}, w.history("away"))
		kept, err := w.store.Load()
		require.NoError(t, err)
		assert.Empty(t, kept, "nor is it kept for later")

		p := w.connect(topic)
		w.push("ready")
		w.DeleteDevice(testDevice.Device)
		assert.Equal(t, []string{"accepted", "dropped device-deleted"}, w.history("ready"))
		assert.Empty(t, p.take())
	})
}
