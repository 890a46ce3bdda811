package broker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
)

// A modelChannel is a channel as the model sees it.
type modelChannel struct {
	broker.Channel
	kept    string // the name of the message for late joiners
	expires time.Time
}

// A modelDevice is one device's connection: what it is to be sent, and up to
// which message of each channel it was sent everything.
type modelDevice struct {
	*peer
	waiting []string
	seen    map[broker.ChannelID]string // an entry per subscription
}

func TestChannelsBehaveAsTheirModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := new(clock.Clock)
		now := c.Now()
		b, err := broker.New(broker.Config{Clock: c, ChannelBudget: broker.Budget{Stored: -1, Unstored: -1}})
		require.NoError(t, err)
		var channels []*modelChannel
		devices := make([]*modelDevice, 3)
		published := 0

		// pick draws a device that is connected and a channel, if there are any.
		pick := func(t *rapid.T) (*modelDevice, *modelChannel) {
			d := devices[rapid.IntRange(0, len(devices)-1).Draw(t, "device")]
			if d == nil || len(channels) == 0 {
				return nil, nil
			}
			return d, rapid.SampledFrom(channels).Draw(t, "channel")
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": func(t *rapid.T) {
				policy := broker.StoragePolicy(rapid.IntRange(0, 1).Draw(t, "policy"))
				ch, err := b.CreateChannel(apns.Production, topic, policy)
				require.NoError(t, err)
				channels = append(channels, &modelChannel{Channel: ch})
			},
			"delete": func(t *rapid.T) {
				if len(channels) == 0 {
					return
				}
				i := rapid.IntRange(0, len(channels)-1).Draw(t, "channel")
				gone := channels[i]
				channels = append(channels[:i:i], channels[i+1:]...)
				require.True(t, b.DeleteChannel(apns.Production, topic, gone.ID))
				for _, d := range devices {
					if d == nil {
						continue
					}
					var told []broker.Channel
					if _, subscribed := d.seen[gone.ID]; subscribed {
						told = []broker.Channel{gone.Channel}
						delete(d.seen, gone.ID)
					}
					require.Equal(t, told, d.TakeDeleted())
				}
			},
			"connect": func(t *rapid.T) {
				i := rapid.IntRange(0, len(devices)-1).Draw(t, "device")
				d := &modelDevice{peer: new(peer), seen: make(map[broker.ChannelID]string)}
				d.Route = b.Attach(broker.Address{Device: apns.DeviceID{byte(i)}}, d.peer)
				d.enable()
				devices[i] = d
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
				if d == nil {
					return
				}
				ok, _ := d.Subscribe(topic, ch.ID, 0)
				require.True(t, ok)
				if ch.kept != "" && ch.expires.After(now) && d.seen[ch.ID] < ch.kept {
					d.waiting = append(d.waiting, ch.kept)
					d.seen[ch.ID] = ch.kept
				}
				d.seen[ch.ID] = max(d.seen[ch.ID], "")
			},
			"unsubscribe": func(t *rapid.T) {
				d, ch := pick(t)
				if d == nil {
					return
				}
				for _, m := range d.take() { // so that nothing is dropped
					d.Ack(m.ID, 0)
				}
				d.waiting = nil
				d.Unsubscribe(topic, ch.ID)
				delete(d.seen, ch.ID)
			},
			"publish": func(t *rapid.T) {
				if len(channels) == 0 {
					return
				}
				ch := rapid.SampledFrom(channels).Draw(t, "channel")
				published++
				name := fmt.Sprintf("%06d", published) // in the order of publication
				n := &apns.Notification{ID: name, Payload: []byte(name)}
				if ch.Policy == broker.MostRecent && rapid.Bool().Draw(t, "stored") {
					// Longer than all that time passes between two steps, so
					// that nothing expires on its way to a device.
					n.Expiration = apns.Expiration(now.Add(7 * time.Hour).Unix())
					ch.kept, ch.expires = name, time.Unix(int64(n.Expiration), 0)
				}
				require.NoError(t, b.Publish(&broker.Broadcast{Notification: n, App: topic, Channel: ch.ID}))
				for _, d := range devices {
					if d == nil {
						continue
					}
					if _, subscribed := d.seen[ch.ID]; subscribed {
						d.waiting = append(d.waiting, name)
						d.seen[ch.ID] = name
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
			"":     func(t *rapid.T) { require.NoError(t, b.ConsistencyCheck()) },
		})
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
	require.Equal(t, d.waiting, got)
	d.waiting = nil
}
