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

func (w *fixture) channel(policy broker.StoragePolicy) broker.Channel {
	w.t.Helper()
	c, err := w.CreateChannel(apns.Production, topic, policy)
	require.NoError(w.t, err)
	return c
}

// publish publishes a message with the payload given as its name.
func (w *fixture) publish(c broker.Channel, name string, options ...option) {
	w.t.Helper()
	require.NoError(w.t, w.tryPublish(c, name, options...))
}

func (w *fixture) tryPublish(c broker.Channel, name string, options ...option) error {
	n := &apns.Notification{ID: name, Environment: c.Environment, Topic: c.App.BundleID(), Payload: []byte(name)}
	for _, o := range options {
		o(n)
	}
	return w.Publish(&broker.Broadcast{Notification: n, App: c.App, Channel: c.ID})
}

// connectUser attaches a peer of a further user of the device, without topics.
func (w *fixture) connectUser(user uint8) *peer {
	p := new(peer)
	p.Consumer = w.Attach(broker.Address{Device: testDevice.Device, User: user}, p)
	p.enable()
	return p
}

func reason(t *testing.T, err error) apns.Reason {
	t.Helper()
	var rejection *apns.Rejection
	require.ErrorAs(t, err, &rejection)
	return rejection.Reason
}

func TestABroadcastReachesEachSubscriberAndNobodyElse(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c, other := w.channel(broker.NoStorage), w.channel(broker.NoStorage)
		first, second, elsewhere := w.connectUser(0), w.connectUser(1), w.connectUser(2)
		for _, p := range []*peer{first, second} {
			ok, latest := p.Subscribe(topic, c.ID, 0)
			require.True(t, ok)
			assert.Zero(t, latest, "nothing was published yet")
		}
		elsewhere.Subscribe(topic, other.ID, 0)
		w.publish(c, "a")
		for _, p := range []*peer{first, second} {
			assert.Equal(t, 1, p.woken)
			got := p.take()
			require.Len(t, got, 1)
			assert.Equal(t, c.ID, got[0].Channel)
			assert.NotZero(t, got[0].Checkpoint)
			assert.Zero(t, got[0].Expiry, "one attempt")
			assert.Equal(t, apns.HashTopic("com.example.app.push-type.liveactivity"), got[0].Push.Hash, "the topic of Live Activities")
			assert.True(t, got[0].Push.Base, "the token is the device's own")
			_, verdict := p.Ack(got[0].ID, 0)
			assert.Equal(t, broker.Done, verdict)
		}
		assert.Empty(t, elsewhere.take())
		assert.Equal(t, []string{"accepted", "sent", "delivered", "sent", "delivered"}, w.history("a"))
	})
}

func TestNothingOfAChannelIsSentBeforeTheFilter(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.NoStorage)
		p := w.attach()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a")
		assert.Empty(t, p.take())
		assert.Zero(t, p.woken)
		assert.Zero(t, p.enable(), "it was not stored")
		assert.Equal(t, 1, p.woken)
		assert.Equal(t, []string{"a"}, p.names(), "no list has to enable what was subscribed to")
	})
}

func TestAnIgnoredTopicIgnoresItsChannels(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.NoStorage)
		p := w.attach()
		p.SetFilter(broker.TopicFilter{Ignored: []apns.TopicHash{apns.HashTopic(topic + ".push-type.liveactivity")}})
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a")
		assert.Equal(t, []string{"accepted", "dropped topic-ignored"}, w.history("a"))
	})
}

func TestUnsubscribingDropsUnsentMessages(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c, kept := w.channel(broker.NoStorage), w.channel(broker.NoStorage)
		p := w.connect(topic)
		p.Subscribe(topic, c.ID, 0)
		p.Subscribe(topic, kept.ID, 0)
		w.publish(c, "a")
		w.publish(kept, "b")
		w.push("c")
		p.Unsubscribe(topic, c.ID)
		p.Unsubscribe(topic, "nonsense")
		w.publish(c, "d")
		assert.Equal(t, []string{"b", "c"}, p.names())
		assert.Equal(t, []string{"accepted", "dropped unsubscribed"}, w.history("a"))
	})
}

func TestSubscribersLearnThatAChannelWasDeleted(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.MostRecent)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a", expiring(w.in(time.Hour)))
		require.True(t, w.DeleteChannel(apns.Production, topic, c.ID))
		assert.False(t, w.DeleteChannel(apns.Production, topic, c.ID))
		assert.Equal(t, []string{"a"}, p.names(), "what was on its way is still delivered")
		assert.Equal(t, []broker.Channel{c}, p.TakeDeleted())
		assert.Empty(t, p.TakeDeleted(), "once")
		ok, _ := p.Subscribe(topic, c.ID, 0)
		assert.False(t, ok)
		assert.Equal(t, apns.ChannelNotRegistered, reason(t, w.tryPublish(c, "b")))
	})
}

func TestAConnectionWithoutRoomInItsWindowIsWokenForADeletedChannel(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Window: 1})
		c := w.channel(broker.NoStorage)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a")
		require.Len(t, p.take(), 1)
		w.publish(c, "b")
		woken := p.woken
		w.DeleteChannel(apns.Production, topic, c.ID)
		assert.Equal(t, woken+1, p.woken, "though the window has no room")
		assert.Empty(t, p.take())
		assert.Len(t, p.TakeDeleted(), 1)
		p.Ack(1, 0)
		assert.Equal(t, []string{"b"}, p.names())
		p.Detach()
		assert.Empty(t, p.TakeDeleted())
		ok, _ := p.Subscribe(topic, c.ID, 0)
		assert.False(t, ok)
	})
}

// A status of a message says nothing about the device's own token.
func TestNoStatusOfABroadcastRetiresAToken(t *testing.T) {
	for _, status := range []uint8{2, 7, 11} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			w := newFixture(t, broker.Config{})
			c := w.channel(broker.NoStorage)
			p := w.connect()
			p.Subscribe(topic, c.ID, 0)
			w.publish(c, "a")
			require.Len(t, p.take(), 1)
			_, verdict := p.Ack(1, status)
			assert.Equal(t, broker.Done, verdict)
		})
	}
}

func TestRetiringATokenLeavesBroadcasts(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.NoStorage)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a")
		w.Withdraw(testDevice, apns.HashTopic(topic+".push-type.liveactivity"))
		assert.Equal(t, []string{"a"}, p.names())
	})
}

func TestBroadcastsAboveTheBacklogAreDropped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Backlog: 1})
		c := w.channel(broker.NoStorage)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a")
		w.publish(c, "b")
		assert.Equal(t, []string{"a"}, p.names())
		assert.Equal(t, []string{"accepted", "dropped too-many-waiting"}, w.history("b"))
	})
}

func TestChannelsOfOneAppAndEnvironment(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{MaxChannels: 2})
		first := w.channel(broker.NoStorage)
		time.Sleep(time.Second)
		second := w.channel(broker.MostRecent)
		assert.Equal(t, []broker.Channel{first, second}, w.Channels(apns.Production, topic), "the oldest first")
		assert.NotEqual(t, first.ID, second.ID)
		_, err := w.CreateChannel(apns.Production, topic, broker.NoStorage)
		assert.Equal(t, apns.CannotCreateChannelConfig, reason(t, err), "10,000 per app and environment at Apple")
		elsewhere, err := w.CreateChannel(apns.Sandbox, topic, broker.NoStorage)
		require.NoError(t, err, "each environment has its own limit")
		_, err = w.CreateChannel(apns.Production, "com.example.other", broker.NoStorage)
		require.NoError(t, err, "and each app")

		_, ok := w.Channel(apns.Production, topic, elsewhere.ID)
		assert.False(t, ok, "channels do not cross environments")
		got, ok := w.Channel(apns.Production, topic, second.ID)
		assert.True(t, ok)
		assert.Equal(t, second, got)

		assert.Equal(t, 3, w.DeleteChannels(topic), "in both environments")
		assert.Empty(t, w.Channels(apns.Production, topic))
		assert.Equal(t, 1, w.Stats().Channels)
		w.channel(broker.NoStorage)
	})
}
