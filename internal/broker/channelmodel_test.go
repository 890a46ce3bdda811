package broker_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A modelChannel is a channel as the model sees it.
type modelChannel struct {
	broker.Channel
	kept     string // the name of the message for late joiners
	priority apns.Priority
	expires  time.Time

	checkpoint uint64 // of its newest message, as far as a device was told
	published  bool   // since then
}

// A modelDevice is one device's connection: what it is to be sent, and up to
// which message of each channel it was sent everything.
type modelDevice struct {
	*peer
	inactive bool
	passed   int // how many messages were meant for it
	waiting  []modelMessage
	held     map[broker.ChannelID]modelMessage // the newest of each channel that must not wake it
	seen     map[broker.ChannelID]string       // an entry per subscription
}

// A modelMessage is a message on its way to one device.
type modelMessage struct {
	name    string
	place   int
	expires time.Time // zero: one attempt
}

// pass is a message for the device.
func (d *modelDevice) pass(ch broker.ChannelID, name string, priority apns.Priority, expires time.Time) {
	d.passed++
	m := modelMessage{name, d.passed, expires}
	d.seen[ch] = name
	switch {
	case !d.inactive || priority != apns.PriorityNeverWake:
		d.waiting = append(d.waiting, m)
	case !expires.IsZero():
		d.held[ch] = m
	}
}

// wake releases what the device slept through.
func (d *modelDevice) wake(now time.Time) {
	d.inactive = false
	for _, m := range d.held {
		if m.expires.After(now) {
			d.waiting = append(d.waiting, m)
		}
	}
	clear(d.held)
	slices.SortFunc(d.waiting, func(a, b modelMessage) int { return cmp.Compare(a.place, b.place) })
}

func TestChannelsBehaveAsTheirModel(t *testing.T) { checkChannelModel(t, newMemoryStore) }

func TestChannelsBehaveAsTheirModelOnAFile(t *testing.T) { checkChannelModel(t, newFileStore) }

func checkChannelModel(t *testing.T, open func(*rapid.T) modelStore) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubbled{t}, func(t *rapid.T) { runChannelModel(t, open(t)) })
	})
}

// restoredBroker returns a broker with the channels that are saved in a store.
func restoredBroker(t *rapid.T, c *clock.Clock, in modelStore) *broker.Broker {
	saved, err := state.Load(in.Entries().Load)
	require.NoError(t, err)
	b, err := broker.New(broker.Config{
		Clock: c, ChannelBudget: broker.Budget{Stored: -1, Unstored: -1},
		Saver: state.NewSaver(in.Entries().Apply, slog.New(slog.DiscardHandler)), SavedChannels: saved.Channels,
	})
	require.NoError(t, err)
	return b
}

func runChannelModel(t *rapid.T, in modelStore) {
	c := new(clock.Clock)
	now := c.Now()
	b := restoredBroker(t, c, in)
	var channels []*modelChannel
	devices := make([]*modelDevice, 3)
	published := 0

	// pick draws a device that is connected and a channel, if there are any.
	pick := func(t *rapid.T) (*modelDevice, *modelChannel) {
		d := devices[rapid.IntRange(0, len(devices)-1).Draw(t, "device")]
		if d == nil || len(channels) == 0 {
			t.Skip("rapid draws another operation")
		}
		return d, rapid.SampledFrom(channels).Draw(t, "channel")
	}
	create := func(policy broker.StoragePolicy) {
		ch, err := b.CreateChannel(apns.Production, topic, policy)
		require.NoError(t, err)
		channels = append(channels, &modelChannel{Channel: ch})
	}
	connect := func(i int) {
		d := &modelDevice{
			peer: new(peer), held: make(map[broker.ChannelID]modelMessage), seen: make(map[broker.ChannelID]string),
		}
		d.Consumer = b.Attach(broker.Address{Device: apns.DeviceID{byte(i)}}, d.peer)
		d.enable()
		devices[i] = d
	}
	create(broker.MostRecent)
	for i := range devices {
		connect(i)
	}
	t.Repeat(map[string]func(*rapid.T){
		"create": func(t *rapid.T) {
			if len(channels) == 3 {
				t.Skip("rapid draws another operation")
			}
			create(broker.StoragePolicy(rapid.IntRange(0, 1).Draw(t, "policy")))
		},
		"delete": func(t *rapid.T) {
			if len(channels) == 0 {
				return
			}
			i := rapid.IntRange(0, len(channels)-1).Draw(t, "channel")
			removed := channels[i]
			channels = append(channels[:i:i], channels[i+1:]...)
			require.True(t, b.DeleteChannel(apns.Production, topic, removed.ID))
			for _, d := range devices {
				if d == nil {
					continue
				}
				var events []broker.Channel
				if _, subscribed := d.seen[removed.ID]; subscribed {
					events = []broker.Channel{removed.Channel}
					delete(d.seen, removed.ID)
				}
				require.Equal(t, events, d.TakeDeleted())
			}
		},
		"connect": func(t *rapid.T) {
			i := rapid.IntRange(0, len(devices)-1).Draw(t, "device")
			if devices[i] != nil && rapid.IntRange(0, 3).Draw(t, "again") > 0 {
				t.Skip("rapid draws another operation")
			}
			connect(i)
		},
		"disconnect": func(t *rapid.T) {
			i := rapid.IntRange(0, len(devices)-1).Draw(t, "device")
			if devices[i] != nil {
				devices[i].Detach()
				devices[i] = nil
			}
		},
		"subscribe": func(t *rapid.T) {
			d, ch := pick(t)
			ok, checkpoint := d.Subscribe(topic, ch.ID, 0)
			require.True(t, ok)
			if ch.published {
				require.Greater(t, checkpoint, ch.checkpoint)
				ch.checkpoint, ch.published = checkpoint, false
			}
			require.Equal(t, ch.checkpoint, checkpoint)
			if ch.kept != "" && ch.expires.After(now) && d.seen[ch.ID] < ch.kept {
				d.pass(ch.ID, ch.kept, ch.priority, ch.expires)
			}
			d.seen[ch.ID] = max(d.seen[ch.ID], "")
		},
		"unsubscribe": func(t *rapid.T) {
			d, ch := pick(t)
			for _, m := range d.take() { // so that nothing is dropped
				d.Ack(m.ID, 0)
			}
			d.waiting = nil
			d.Unsubscribe(topic, ch.ID)
			delete(d.seen, ch.ID)
			delete(d.held, ch.ID)
		},
		"sleep": func(t *rapid.T) {
			d, _ := pick(t)
			d.inactive = true
			d.SetActive(false)
		},
		"wake": func(t *rapid.T) {
			d, _ := pick(t)
			d.wake(now)
			d.SetActive(true)
		},
		"publish": func(t *rapid.T) {
			if len(channels) == 0 {
				return
			}
			ch := rapid.SampledFrom(channels).Draw(t, "channel")
			published++
			name := fmt.Sprintf("%06d", published) // in the order of publication
			n := &apns.Notification{ID: name, Payload: []byte(name), Priority: rapid.SampledFrom([]apns.Priority{1, 5, 10}).Draw(t, "priority")}
			var expires time.Time
			if ch.Policy == broker.MostRecent && rapid.Bool().Draw(t, "stored") {
				// Longer than all that time passes between two steps, so
				// that nothing expires on its way to a device in use.
				n.Expiration = apns.Expiration(now.Add(7 * time.Hour).Unix())
				expires = time.Unix(int64(n.Expiration), 0)
				ch.kept, ch.priority, ch.expires = name, n.Priority, expires
			}
			require.NoError(t, b.Publish(&broker.Broadcast{Notification: n, App: topic, Channel: ch.ID}))
			ch.published = true
			for _, d := range devices {
				if d == nil {
					continue
				}
				if _, subscribed := d.seen[ch.ID]; subscribed {
					d.pass(ch.ID, name, n.Priority, expires)
				}
			}
		},
		"time": func(t *rapid.T) {
			for _, d := range devices {
				requireTaken(t, d)
			}
			passed := time.Duration(rapid.IntRange(1, 4).Draw(t, "hours")) * time.Hour
			c.Advance(passed)
			now = now.Add(passed)
		},
		"take": func(t *rapid.T) { requireTaken(t, devices[rapid.IntRange(0, len(devices)-1).Draw(t, "device")]) },
		"restart": func(t *rapid.T) {
			in = in.killed(t)
			b = restoredBroker(t, c, in)
			clear(devices)
			for _, ch := range channels {
				restored, ok := b.Channel(apns.Production, topic, ch.ID)
				require.True(t, ok)
				require.True(t, ch.Created.Equal(restored.Created))
				ch.Channel = restored
			}
		},
		"": func(t *rapid.T) { require.NoError(t, b.ConsistencyCheck()) },
	})
}

// requireTaken takes what a device is to be sent and acknowledges it.
func requireTaken(t *rapid.T, d *modelDevice) {
	if d == nil {
		return
	}
	var got []string
	for _, m := range d.take() {
		got = append(got, string(m.Push.Payload))
		d.Ack(m.ID, 0)
	}
	var want []string
	for _, m := range d.waiting {
		want = append(want, m.name)
	}
	require.Equal(t, want, got)
	d.waiting = nil
}
