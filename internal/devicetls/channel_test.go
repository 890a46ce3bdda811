package devicetls_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// liveTopic is the topic under which messages of the app's channels come.
const liveTopic = topic + ".push-type.liveactivity"

// channel makes a channel of the app.
func (w *fixture) channel(policy broker.StoragePolicy) broker.ChannelID {
	w.t.Helper()
	c, err := w.broker.CreateChannel(apns.Production, topic, policy)
	require.NoError(w.t, err)
	return c.ID
}

// publish sends a message to a channel, as the provider API does.
func (w *fixture) publish(id broker.ChannelID, payload string) {
	w.t.Helper()
	require.NoError(w.t, w.broker.Publish(&broker.Broadcast{
		Notification: &apns.Notification{
			ID: "00000000-0000-4000-8000-00000000000c", Environment: apns.Production, Topic: liveTopic,
			Priority: apns.PriorityConserve, Expiration: apns.DefaultExpiration, Payload: []byte(payload),
		},
		App: topic, Channel: id,
	}))
}

// ask sends a request for channels of the app and gives what the response says about
// it. Anything else that comes first is a mistake.
func (p *testDevice) ask(kind uint64, apps ...courier.AppRequest) []courier.AppResponse {
	p.w.t.Helper()
	body := courier.ChannelRequestBody{Version: courier.ChannelsVersion, Kind: kind, Sequence: 1, Apps: apps}
	p.send(&courier.ChannelRequest{ID: 0x01020304, Request: body.Append(nil), BaseToken: p.token})
	response := want[*courier.ChannelResponse](p)
	assert.Equal(p.w.t, uint32(0x01020304), response.ID)
	assert.Equal(p.w.t, p.token, response.Token)
	require.Equal(p.w.t, courier.ChannelsTaken, response.Status)
	var got courier.ChannelResponseBody
	require.NoError(p.w.t, got.Parse(response.Response))
	return got.Apps
}

// subscribing asks for channels of the app, with what the device has seen already.
func subscribing(checkpoint uint64, ids ...broker.ChannelID) courier.AppRequest {
	r := courier.AppRequest{Topic: liveTopic}
	for _, id := range ids {
		r.Subscribe = append(r.Subscribe, courier.Subscribe{Channel: []byte(id), Checkpoint: checkpoint})
	}
	return r
}

// wantBroadcast reads a message to a channel and acknowledges it.
func (p *testDevice) wantBroadcast(id broker.ChannelID, payload string) (checkpoint uint64) {
	p.w.t.Helper()
	n := want[*courier.Notification](p)
	assert.Equal(p.w.t, payload, string(n.Payload))
	assert.Equal(p.w.t, p.token, n.Token, "the base token")
	assert.Nil(p.w.t, n.BaseToken, "field 15 goes with tokens of apps only")
	hash := apns.HashTopic(liveTopic)
	assert.Equal(p.w.t, hash[:], n.Topic)
	var origin courier.ChannelOrigin
	require.NoError(p.w.t, origin.Parse(n.Origin))
	assert.Equal(p.w.t, []byte(id), origin.Channel)
	assert.NotZero(p.w.t, origin.Checkpoint)
	p.ack(n, courier.AckDelivered)
	return origin.Checkpoint
}

// observed: apsd, rustpush
func TestASubscriberGetsWhatIsPublished(t *testing.T) {
	for _, named := range []string{liveTopic, topic} {
		t.Run(named, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				id := w.channel(broker.NoStorage)
				p := w.login(w.identity(nil))
				asked := subscribing(0, id)
				asked.Topic = named
				assert.Equal(t, []courier.AppResponse{{
					Topic:      named,
					Subscribed: []courier.ChannelStatus{{Channel: []byte(id), Status: courier.ChannelAccepted}},
				}}, p.ask(courier.ChannelsFull, asked))
				w.publish(id, "first")
				first := p.wantBroadcast(id, "first")
				w.push(p.address(), "to the device alone")
				assert.Nil(t, want[*courier.Notification](p).Origin)
				w.publish(id, "second")
				assert.Greater(t, p.wantBroadcast(id, "second"), first, "checkpoints rise")
			})
		})
	}
}

func TestAnUnknownChannelIsInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		id := w.channel(broker.NoStorage)
		p := w.login(w.identity(nil))
		other := courier.AppRequest{Topic: "com.example.other", Subscribe: []courier.Subscribe{{Channel: []byte(id)}, {}}}
		assert.Equal(t, []courier.AppResponse{
			{Topic: liveTopic, Subscribed: []courier.ChannelStatus{
				{Channel: []byte("?"), Status: courier.ChannelInvalid},
				{Channel: []byte(id), Status: courier.ChannelAccepted},
			}},
			{Topic: "com.example.other", Subscribed: []courier.ChannelStatus{
				{Channel: []byte(id), Status: courier.ChannelInvalid}, {Status: courier.ChannelInvalid},
			}},
		}, p.ask(courier.ChannelsFull, subscribing(0, "?", id), other), "a channel belongs to one app")
	})
}

func TestADeltaAddsAndAFullListReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		a, b, c := w.channel(broker.NoStorage), w.channel(broker.NoStorage), w.channel(broker.NoStorage)
		all := func() {
			for id, payload := range map[broker.ChannelID]string{a: "a", b: "b", c: "c"} {
				w.publish(id, payload)
			}
		}
		p := w.login(w.identity(nil))
		got := func() string {
			all()
			var got []string
			for {
				require.NoError(t, p.conn.SetReadDeadline(time.Now().Add(responseTimeout)))
				f, err := p.reader.Next()
				if err != nil {
					slices.Sort(got)
					return strings.Join(got, "")
				}
				var n courier.Notification
				require.NoError(t, n.Parse(f.Payload))
				got = append(got, string(n.Payload))
				p.ack(&n, courier.AckDelivered)
			}
		}
		p.ask(courier.ChannelsDelta, subscribing(0, a))
		assert.Equal(t, "a", got())
		p.ask(courier.ChannelsDelta, subscribing(0, b))
		assert.Equal(t, "ab", got(), "a delta leaves the others as they are")
		apps := p.ask(courier.ChannelsDelta, courier.AppRequest{
			Topic: liveTopic, Unsubscribe: []courier.Unsubscribe{{Channel: []byte(a)}},
		})
		assert.Equal(t, []courier.ChannelStatus{{Channel: []byte(a), Status: courier.ChannelAccepted}}, apps[0].Unsubscribed)
		assert.Equal(t, "b", got())
		p.ask(courier.ChannelsFull, subscribing(0, a, c))
		assert.Equal(t, "ac", got(), "a full list ends what it does not name")
		p.ask(courier.ChannelsFull)
		assert.Empty(t, got())
	})
}

// observed: apsd; a device that comes back names its checkpoint.
func TestALateJoinerGetsTheNewestMessageOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		id := w.channel(broker.MostRecent)
		p := w.login(w.identity(nil))
		p.ask(courier.ChannelsFull, subscribing(0, id))
		w.publish(id, "seen")
		seen := p.wantBroadcast(id, "seen")
		p.conn.Close()
		synctest.Wait()
		w.publish(id, "missed")
		w.publish(id, "newest")

		p = reconnect(p)
		apps := p.ask(courier.ChannelsFull, subscribing(seen, id))
		assert.Greater(t, apps[0].Subscribed[0].Checkpoint, seen, "the checkpoint is that of the newest message")
		newest := p.wantBroadcast(id, "newest")
		assert.Equal(t, newest, apps[0].Subscribed[0].Checkpoint)
		p.wantSilence(responseTimeout, "a channel keeps one message")
		p.conn.Close()
		synctest.Wait()

		p = reconnect(p)
		p.ask(courier.ChannelsFull, subscribing(newest, id))
		p.wantSilence(responseTimeout, "the device has the newest")
	})
}

// reconnect is the same phone on a new connection.
func reconnect(p *testDevice) *testDevice {
	p.w.t.Helper()
	back := p.w.dial(p.identity, v3)
	back.token = p.token
	back.connect(nil)
	back.filter()
	return back
}

func TestNoBroadcastOvertakesItsResponseOrTheFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		id := w.channel(broker.MostRecent)
		w.publish(id, "kept")
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		p.ask(courier.ChannelsFull, subscribing(0, id))
		p.wantSilence(responseTimeout, "the device has not said what it wants")
		p.send(&courier.Filter{Token: p.token})
		want[*courier.NoStorage](p)
		p.wantBroadcast(id, "kept")
	})
}

// observed: apsd, rustpush; update status 0: the channel does not exist.
func TestSubscribersAreNotifiedOfADeletedChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		deleted, stays := w.channel(broker.NoStorage), w.channel(broker.NoStorage)
		p, other := w.login(w.identity(nil)), w.login(w.identity(nil))
		p.ask(courier.ChannelsFull, subscribing(0, deleted, stays))
		other.ask(courier.ChannelsFull, subscribing(0, stays))
		require.True(t, w.broker.DeleteChannel(apns.Production, topic, deleted))

		m := want[*courier.ChannelUpdate](p)
		assert.Equal(t, uint32(1), m.ID)
		assert.Equal(t, p.token, m.Token)
		assert.Equal(t, uint64(time.Now().UnixNano()), m.Timestamp, "in nanoseconds")
		var got courier.ChannelUpdateBody
		require.NoError(t, got.Parse(m.Update))
		assert.Equal(t, courier.ChannelUpdateBody{Apps: []courier.AppUpdate{{
			Topic: liveTopic, Channel: &courier.ChannelStatus{Channel: []byte(deleted), Status: courier.ChannelDeleted},
		}}}, got)
		other.wantSilence(responseTimeout, "it did not subscribe to that one")
		assert.Equal(t, courier.ChannelInvalid, p.ask(courier.ChannelsDelta, subscribing(0, deleted))[0].Subscribed[0].Status)
		w.publish(stays, "on")
		p.wantBroadcast(stays, "on")
	})
}

func TestAChannelDeletedBeforeTheFilterStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		deleted := w.channel(broker.NoStorage)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		p.ask(courier.ChannelsFull, subscribing(0, deleted))
		require.True(t, w.broker.DeleteChannel(apns.Production, topic, deleted))
		want[*courier.ChannelUpdate](p)
		p.filter()
		w.push(p.address(), "still delivered")
		assert.Equal(t, "still delivered", string(want[*courier.Notification](p).Payload))
	})
}

func TestASubscriptionIsOfOneUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		id := w.channel(broker.NoStorage)
		p := w.login(w.identity(nil))
		first := p.token
		p.token = nil
		p.connect(&courier.Connect{State: courier.StateConnect})
		require.NotEqual(t, first, p.token)
		p.filter()
		p.ask(courier.ChannelsFull, subscribing(0, id))
		w.publish(id, "x")
		p.wantBroadcast(id, "x")
		p.wantSilence(responseTimeout, "the first user has not subscribed")
	})
}

func TestChannelRequestsThatCannotBeFulfilledAreRejectedAsAWhole(t *testing.T) {
	long := strings.Repeat("x", 5)
	var many courier.AppRequest
	for range 4000 {
		many.Subscribe = append(many.Subscribe, courier.Subscribe{Channel: []byte(long)})
	}
	for _, row := range []struct {
		name    string
		request courier.ChannelRequest
		reason  string
	}{
		{"malformed", courier.ChannelRequest{Request: []byte{0x12, 0x7f}}, "it cannot be read"},
		{"another's token", courier.ChannelRequest{BaseToken: []byte("nobody")}, "it is not connected here"},
		{
			"too many channels",
			courier.ChannelRequest{Request: (&courier.ChannelRequestBody{Apps: []courier.AppRequest{many}}).Append(nil)},
			"the response would be longer than an item can be",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.login(w.identity(nil))
				p.send(&row.request)
				response := want[*courier.ChannelResponse](p)
				assert.Equal(t, uint8(1), response.Status, row.reason)
				assert.Nil(t, response.Response)
			})
		})
	}
}
