package broker_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func urgent(p apns.Priority) option { return func(n *apns.Notification) { n.Priority = p } }

// hashes are the hashes of topics.
func hashes(topics ...string) (all []apns.TopicHash) {
	for _, t := range topics {
		all = append(all, apns.HashTopic(t))
	}
	return all
}

// A momentRow is one push to a device that may sleep or save power.
type momentRow struct {
	what     string
	rule     broker.Priorities
	filter   func(topic string) broker.TopicFilter
	inactive bool
	lowPower bool
	priority apns.Priority
	want     string // the journal's last word
}

func enabled(topic string) broker.TopicFilter { return broker.TopicFilter{Enabled: hashes(topic)} }

func opportunistic(topic string) broker.TopicFilter {
	return broker.TopicFilter{Opportunistic: hashes(topic)}
}

func nonWaking(topic string) broker.TopicFilter { return broker.TopicFilter{NonWaking: hashes(topic)} }

// The lists are those of observed: apsd; what they mean to a sleeping device is our
// reading of their names.
var momentRows = []momentRow{
	{"10 wakes", broker.Priorities{}, enabled, true, false, 10, "sent"},
	{"none is 10", broker.Priorities{}, enabled, true, false, 0, "sent"},
	{"5 wakes unless it is grouped", broker.Priorities{}, enabled, true, false, 5, "sent"},
	{"5 is grouped on request", broker.Priorities{Group: time.Minute}, enabled, true, false, 5, "stored grouped"},
	{"1 never wakes", broker.Priorities{}, enabled, true, false, 1, "stored device-inactive"},
	{"1 wakes if priorities are ignored", broker.Priorities{Ignore: true}, enabled, true, false, 1, "sent"},
	{"so does 5", broker.Priorities{Ignore: true, Group: time.Minute}, enabled, true, false, 5, "sent"},
	{"all reach a device in use: 5", broker.Priorities{Group: time.Minute}, enabled, false, false, 5, "sent"},
	{"all reach a device in use: 1", broker.Priorities{}, enabled, false, false, 1, "sent"},
	{"opportunistic 10 waits", broker.Priorities{}, opportunistic, true, false, 10, "stored device-inactive"},
	{"opportunistic 10 waits, priorities or not", broker.Priorities{Ignore: true}, opportunistic, true, false, 10, "stored device-inactive"},
	{"non-waking comes: 5", broker.Priorities{Group: time.Minute}, nonWaking, true, false, 5, "sent"},
	{"non-waking comes: 1", broker.Priorities{}, nonWaking, true, false, 1, "sent"},
	{"10 comes when power is low", broker.Priorities{}, enabled, false, true, 10, "sent"},
	{"5 does not", broker.Priorities{}, enabled, false, true, 5, "stored low-power"},
	{"1 does not", broker.Priorities{}, enabled, false, true, 1, "stored low-power"},
	{"5 does if priorities are ignored", broker.Priorities{Ignore: true}, enabled, false, true, 5, "sent"},
	{"low power before sleep", broker.Priorities{Group: time.Minute}, enabled, true, true, 5, "stored low-power"},
	{"low power before non-waking", broker.Priorities{}, nonWaking, true, true, 5, "stored low-power"},
}

func TestDeviceStateListsAndPriorityDecideDelivery(t *testing.T) {
	for _, test := range momentRows {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{Priorities: test.rule})
				p := w.attach()
				p.SetFilter(test.filter(topic))
				p.SetActive(!test.inactive)
				w.SetLowPower(testDevice, test.lowPower)
				w.push("a", urgent(test.priority))
				p.take()
				events := w.history("a")
				assert.Equal(t, test.want, events[len(events)-1])
			})
		})
	}
}

// Apple gives broadcasts the same three priorities and no other meaning of them:
// "Sending broadcast push notification requests to APNs".
func TestABroadcastFollowsTheRulesOfASinglePush(t *testing.T) {
	paused := func(topic string) broker.TopicFilter { return broker.TopicFilter{Paused: hashes(topic)} }
	rows := append(slices.Clone(momentRows), momentRow{"a paused topic pauses its channels", broker.Priorities{}, paused, false, false, 10, "stored topic-paused"})
	for _, test := range rows {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{Priorities: test.rule})
				c := w.channel(broker.MostRecent)
				p := w.attach()
				p.SetFilter(test.filter(topic + ".push-type.liveactivity"))
				p.Subscribe(topic, c.ID, 0)
				p.SetActive(!test.inactive)
				w.SetLowPower(testDevice, test.lowPower)
				w.publish(c, "a", urgent(test.priority), expiring(w.in(time.Hour)))
				p.take()
				events := w.history("a")
				assert.Equal(t, test.want, events[len(events)-1])
			})
		})
	}
}

func TestABroadcastWaitsUntilTheDeviceIsInUse(t *testing.T) {
	hour := func(w *fixture) option { return expiring(w.in(time.Hour)) }
	tests := []struct {
		what string
		act  func(w *fixture, p *peer, c, other broker.Channel)
		want []string // what comes when the device is in use again
		last string   // what the journal says of the first message
	}{
		{"comes when the device is in use", func(*fixture, *peer, broker.Channel, broker.Channel) {}, []string{"a"}, "sent"},
		{"is replaced by the channel's next one", func(w *fixture, _ *peer, c, _ broker.Channel) {
			w.publish(c, "b", urgent(1), hour(w))
		}, []string{"b"}, "dropped replaced"},
		{"stands beside that of another channel, and beside a push", func(w *fixture, _ *peer, _, other broker.Channel) {
			w.publish(other, "b", urgent(1), hour(w))
			w.push("c", forTopic(topic+".push-type.liveactivity"), urgent(1))
		}, []string{"a", "b", "c"}, "sent"},
		{"is not replaced by one that must not wait", func(w *fixture, _ *peer, c, _ broker.Channel) {
			w.publish(c, "b", urgent(1), neverStored())
		}, []string{"a"}, "sent"},
		{"expires", func(w *fixture, _ *peer, _, _ broker.Channel) {
			w.clock.Advance(time.Hour)
			w.Sweep()
		}, nil, "dropped expired"},
		{"ends with the subscription", func(_ *fixture, p *peer, c, _ broker.Channel) { p.Unsubscribe(topic, c.ID) }, nil, "dropped unsubscribed"},
		{"outlasts its channel", func(w *fixture, _ *peer, c, _ broker.Channel) { w.DeleteChannel(apns.Production, topic, c.ID) }, []string{"a"}, "sent"},
		{"comes once to a device that subscribes again", func(_ *fixture, p *peer, c, _ broker.Channel) { p.Subscribe(topic, c.ID, 0) }, []string{"a"}, "sent"},
		{"is dropped with the connection, and kept by its channel", func(w *fixture, p *peer, c, _ broker.Channel) {
			p.Detach()
			*p = *w.attach()
			p.SetFilter(enabled(topic + ".push-type.liveactivity"))
			p.Subscribe(topic, c.ID, 0)
		}, []string{"a"}, "sent"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				c, other := w.channel(broker.MostRecent), w.channel(broker.MostRecent)
				p := w.attach()
				p.SetFilter(enabled(topic + ".push-type.liveactivity"))
				p.Subscribe(topic, c.ID, 0)
				p.Subscribe(topic, other.ID, 0)
				p.SetActive(false)
				w.publish(c, "a", urgent(1), hour(w))
				require.Empty(t, p.names())
				require.Equal(t, []string{"accepted", "stored device-inactive"}, w.history("a"))
				test.act(w, p, c, other)
				require.NoError(t, w.ConsistencyCheck())
				p.SetActive(true)
				assert.Equal(t, test.want, p.names())
				events := w.history("a")
				assert.Equal(t, test.last, events[len(events)-1])
			})
		})
	}
}

func TestABroadcastThatMustNotBeStoredIsDroppedForAnInactiveDevice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.NoStorage)
		p := w.connect()
		p.Subscribe(topic, c.ID, 0)
		p.SetActive(false)
		w.publish(c, "a", urgent(1))
		p.SetActive(true)
		assert.Empty(t, p.names())
		assert.Equal(t, []string{"accepted", "dropped device-inactive"}, w.history("a"))
	})
}

func TestABroadcastBeforeTheFilterDependsOnTheStateAtTheFilter(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c := w.channel(broker.MostRecent)
		w.SetLowPower(testDevice, true)
		p := w.attach()
		p.Subscribe(topic, c.ID, 0)
		w.publish(c, "a", urgent(5), expiring(w.in(time.Hour)))
		p.enable()
		assert.Empty(t, p.names())
		w.SetLowPower(testDevice, false)
		assert.Equal(t, []string{"a"}, p.names())
	})
}

func TestPushesReleasedByAnotherPushCountAsStored(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.attach()
		p.SetActive(false)
		p.SetFilter(broker.TopicFilter{Enabled: hashes(topic), Opportunistic: hashes("x", "y")})
		w.push("x", forTopic("x"))
		w.push("y", forTopic("y"))
		w.push("wakes")
		var flags []uint8
		for _, d := range p.take() {
			flags = append(flags, d.Storage)
		}
		assert.Equal(t, []uint8{1, 3, 0}, flags, "in the order of acceptance")
	})
}

func TestABroadcastWakesADeviceAsAPushDoes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c, err := w.CreateChannel(apns.Production, topic, broker.NoStorage)
		require.NoError(t, err)
		p := w.attach()
		p.SetActive(false)
		p.SetFilter(broker.TopicFilter{Opportunistic: hashes("chance")})
		ok, _ := p.Subscribe(topic, c.ID, 0)
		require.True(t, ok)
		w.push("chance", forTopic("chance"))
		assert.Empty(t, p.names())
		require.NoError(t, w.Publish(&broker.Broadcast{
			Notification: &apns.Notification{ID: "goal", Payload: []byte("goal"), Priority: 10}, App: topic, Channel: c.ID,
		}))
		assert.Equal(t, []string{"chance", "goal"}, p.names())
	})
}
