package device

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// Frames about the channel C = c0 c1 … cf of com.example.app. L is the hash of the
// topic that its messages have, P that topic in a protocol buffer.
const (
	channelC = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
	liveP    = "0a26 636f6d2e6578616d706c652e6170702e707573682d747970652e6c6976656163746976697479"

	// {1 version 1, 2 {1 topic, 2 {1 C}}, 3 full list, 4 sequence 1}
	subscribeFull = "1d 00000071 01 0004 00000001 02 0044 0801 123c P 1212 0a10C... 1801 2001 03 0020 T"
	// responseC accepts the channel; its newest message is of new year.
	responseC = "1d 0000007b 01 0004 00000001 02 004a 0a48 P 121e 0a10C... 1001 18N 03 0020 T 04 0001 00"
)

const idC = ChannelID("\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf")

// newYear is a checkpoint, and newYearHex what it is in a protocol buffer.
const (
	newYear    = 1767225600000000000
	newYearHex = "8080e8ef9eca9cc318"
)

// channelFrame is frames for literals with the letters C, L and P.
func channelFrame(s string) string {
	return strings.NewReplacer("C...", channelC, "L", hashOf(appH+".push-type.liveactivity"), "P", liveP, "N", newYearHex).Replace(s)
}

// withChannel subscribes the app to the channel from the start.
func withChannel(checkpoint uint64) func(*harness) {
	return func(h *harness) {
		h.cfg.Channels = []Subscription{{Topic: appH, Channel: idC, Checkpoint: checkpoint}}
	}
}

// wantChannels reads a request for channels and its body.
func (p *peer) wantChannels() (*courier.ChannelRequest, courier.ChannelRequestBody) {
	p.Helper()
	frame, err := p.reader.Next()
	require.NoError(p, err)
	m := new(courier.ChannelRequest)
	require.Equal(p, courier.CmdChannel, frame.Command)
	require.NoError(p, m.Parse(append([]byte(nil), frame.Payload...)))
	var body courier.ChannelRequestBody
	require.NoError(p, body.Parse(m.Request))
	return m, body
}

// skip reads frames of no interest here.
func (p *peer) skip(n int) {
	p.Helper()
	for range n {
		_, err := p.reader.Next()
		require.NoError(p, err)
	}
}

// takeAll answers a request: every channel is there.
func (p *peer) takeAll(m *courier.ChannelRequest, asked courier.ChannelRequestBody) {
	p.Helper()
	var body courier.ChannelResponseBody
	for _, app := range asked.Apps {
		response := courier.AppResponse{Topic: app.Topic}
		for _, c := range app.Subscribe {
			response.Subscribed = append(response.Subscribed, courier.ChannelStatus{Channel: c.Channel, Status: courier.ChannelAccepted})
		}
		body.Apps = append(body.Apps, response)
	}
	p.message(&courier.ChannelResponse{ID: m.ID, Response: body.Append(nil), Token: m.BaseToken})
}

func (p *peer) message(m courier.Message) {
	p.Helper()
	_, err := p.conn.Write(m.Append(nil))
	require.NoError(p, err)
}

// subscribed waits for the courier's word, an hour at most.
func (h *harness) subscribed(id ChannelID) error {
	ctx, stop := context.WithTimeout(h.Context(), time.Hour)
	defer stop()
	return h.Subscribed(ctx, appH, id)
}

// broadcast makes a message to the channel C.
func broadcast(id uint32, checkpoint uint64, payload string) *courier.Notification {
	hash := apns.HashTopic(liveTopic(appH))
	origin := courier.ChannelOrigin{Channel: []byte(idC), Checkpoint: checkpoint}
	return &courier.Notification{
		Token: frames("T"), Topic: hash[:], Payload: []byte(payload), ID: id, Timestamp: uint64(id), Priority: 5,
		Origin: origin.Append(nil),
	}
}

// wantAck reads an ack and gives its status.
func (p *peer) wantAck(id uint32) uint8 {
	p.Helper()
	frame, err := p.reader.Next()
	require.NoError(p, err)
	var ack courier.Ack
	require.Equal(p, courier.CmdAck, frame.Command)
	require.NoError(p, ack.Parse(frame.Payload))
	assert.Equal(p, id, ack.ID)
	assert.Nil(p, ack.Token, "the base token is left out")
	return ack.Status
}

func TestChannelIDsAreReadAndWrittenInBase64(t *testing.T) {
	id, err := ParseChannelID("wMHCw8TFxsfIycrLzM3Ozw==")
	require.NoError(t, err)
	assert.Equal(t, idC, id)
	assert.Equal(t, "wMHCw8TFxsfIycrLzM3Ozw==", id.String())
	for _, bad := range []string{"", "?", "wMHCw8TFxsfIycrLzM3Oz", strings.Repeat("AAAA", 86)} {
		_, err := ParseChannelID(bad)
		assert.Error(t, err, bad)
	}
}

// observed: apsd, rustpush
func TestSubscriptionsAreSentAtLogin(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, withChannel(0))
		p := h.login()
		p.want(active, "the device is awake")
		p.want(channelFrame("09 00000051 01 0020 T 02 0014 H 02 0014 L"), "the topic of the channel's messages is enabled, too")
		p.want(requestH, "the app has no token yet")
		p.want(channelFrame(subscribeFull), "the full list comes first")
		p.send(channelFrame(responseC))
		require.NoError(t, h.subscribed(idC))
		assert.Equal(t, Event{Kind: EventSubscribed, Topic: appH, Channel: idC}, h.last(EventSubscribed))
	})
}

func TestADeviceWithoutChannelsSendsNoSubscriptions(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		h.ready().wantSilence(time.Minute, "there is nothing to ask for")
		require.Empty(t, h.Subscriptions())
	})
}

func TestBroadcastReachesTheApp(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, withChannel(0))
		p := h.login()
		p.skip(3)
		p.takeAll(p.wantChannels())
		p.message(broadcast(7, newYear, `{"aps":{"event":"update"}}`))
		assert.Equal(t, courier.AckDelivered, p.wantAck(7))
		n := h.next()
		assert.Equal(t, appH, n.Topic, "the app, not the topic with the suffix")
		assert.Equal(t, idC, n.Channel)
		assert.Equal(t, tokenT, n.DeviceToken.String())
		assert.JSONEq(t, `{"aps":{"event":"update"}}`, string(n.Payload))
		assert.Equal(t, idC, h.last(EventNotification).Channel)
		assert.Equal(t, []Subscription{{Topic: appH, Channel: idC, Checkpoint: newYear}}, h.Subscriptions())
	})
}

func TestBroadcastsThatAreNotForTheDeviceAreRejected(t *testing.T) {
	for _, row := range []struct {
		name   string
		edit   func(*courier.Notification)
		want   uint8
		reason string
	}{
		{"another channel", func(m *courier.Notification) {
			m.Origin = (&courier.ChannelOrigin{Channel: []byte{1}, Checkpoint: 2 * newYear}).Append(nil)
		}, courier.AckUnknownTopic, "observed: apsd; pub-sub drop"},
		{"another app", func(m *courier.Notification) { m.Topic = frames("H") }, courier.AckUnknownTopic, "the channel is another app's"},
		{"same checkpoint", func(m *courier.Notification) {
			m.Origin = (&courier.ChannelOrigin{Channel: []byte(idC), Checkpoint: newYear}).Append(nil)
		}, courier.AckNoRecipient, "the device has it"},
		{"app token", func(m *courier.Notification) { m.Token = frames("A") }, courier.AckNoRecipient, "channels go to the base token"},
		{"broken origin", func(m *courier.Notification) { m.Origin = []byte{0x0a} }, courier.AckUnparsable, "it cannot be read"},
		{"broken topic", func(m *courier.Notification) { m.Topic = m.Topic[1:] }, courier.AckUnparsable, "it cannot be read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t, withChannel(newYear))
				p := h.login()
				p.skip(3)
				p.takeAll(p.wantChannels())
				m := broadcast(1, newYear+1, `{}`)
				row.edit(m)
				p.message(m)
				frame, err := p.reader.Next()
				require.NoError(t, err)
				var ack courier.Ack
				require.NoError(t, ack.Parse(frame.Payload))
				assert.Equal(t, row.want, ack.Status, row.reason)
				assert.Equal(t, uint64(newYear), h.Subscriptions()[0].Checkpoint)
			})
		})
	}
}

func TestReconnectAsksForWhatIsNewerThanTheCheckpoint(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, withChannel(0))
		p := h.login()
		p.skip(3)
		p.takeAll(p.wantChannels())
		p.message(broadcast(1, newYear, `{}`))
		assert.Equal(t, courier.AckDelivered, p.wantAck(1))
		p.close()

		p = h.accept()
		p.connect()
		p.send(accept)
		p.skip(3)
		m, body := p.wantChannels()
		assert.Equal(t, courier.ChannelsFull, body.Kind)
		assert.Equal(t, uint64(2), body.Sequence)
		assert.Equal(t, uint64(newYear), body.Apps[0].Subscribe[0].Checkpoint)
		p.takeAll(m, body)
		require.NoError(t, h.subscribed(idC))
	})
}

func TestChangesOfSubscriptionsAreSentAsDelta(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, withChannel(0))
		p := h.login()
		p.skip(3)
		p.takeAll(p.wantChannels())
		require.NoError(t, h.subscribed(idC))
		require.NoError(t, h.Subscribe(appH, "\x01"))
		require.NoError(t, h.Subscribe(appH, "\x01"), "twice changes nothing")
		require.NoError(t, h.Unsubscribe(appH, idC))
		require.NoError(t, h.Unsubscribe(appH, "\x02"), "there is none")
		p.skip(1) // the filter
		_, body := p.wantChannels()
		assert.Equal(t, courier.ChannelRequestBody{
			Version: courier.ChannelsVersion, Kind: courier.ChannelsDelta, Sequence: 2,
			Apps: []courier.AppRequest{{
				Topic:       liveTopic(appH),
				Subscribe:   []courier.Subscribe{{Channel: []byte{1}}},
				Unsubscribe: []courier.Unsubscribe{{Channel: []byte(idC)}},
			}},
		}, body)
		assert.Equal(t, []Subscription{{Topic: appH, Channel: "\x01"}}, h.Subscriptions())
		require.ErrorContains(t, h.subscribed(idC), "is not subscribed")
	})
}

func TestUninstalledAppHasNoChannels(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, withChannel(0))
		p := h.login()
		p.skip(3)
		p.takeAll(p.wantChannels())
		require.ErrorContains(t, h.Subscribe(appG, idC), "call Install first")
		require.ErrorContains(t, h.Subscribe(appH, ""), "1 to 255 bytes")
		h.Remove(appH)
		p.want("09 00000023 01 0020 T", "no topic is left")
		_, body := p.wantChannels()
		assert.Equal(t, []byte(idC), body.Apps[0].Unsubscribe[0].Channel)
		assert.Empty(t, h.Subscriptions())
	})
}

func TestSubscriptionEndsWhenTheCourierSaysSo(t *testing.T) {
	for _, row := range []struct {
		name  string
		frame func(id uint32) courier.Message
		want  error
	}{
		{"no such channel", func(id uint32) courier.Message {
			body := courier.ChannelResponseBody{Apps: []courier.AppResponse{{
				Topic: liveTopic(appH), Subscribed: []courier.ChannelStatus{{Channel: []byte(idC), Status: courier.ChannelInvalid}},
			}}}
			return &courier.ChannelResponse{ID: id, Response: body.Append(nil)}
		}, ErrNoChannel},
		{"deleted", func(uint32) courier.Message {
			body := courier.ChannelUpdateBody{Apps: []courier.AppUpdate{{
				Topic: liveTopic(appH), Channel: &courier.ChannelStatus{Channel: []byte(idC), Status: courier.ChannelDeleted},
			}}}
			return &courier.ChannelUpdate{ID: 1, Update: body.Append(nil)}
		}, ErrChannelDeleted},
		{"refused as a whole", func(id uint32) courier.Message {
			return &courier.ChannelResponse{ID: id, Status: 1}
		}, ErrChannelsRejected},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t, withChannel(0))
				p := h.login()
				p.skip(2)
				p.want(requestH, "the app's token")
				p.send(issueA)
				m, _ := p.wantChannels()
				p.message(row.frame(m.ID))
				event := h.last(EventSubscriptionEnded)
				require.ErrorIs(t, event.Err, row.want)
				assert.Equal(t, idC, event.Channel)
				assert.Equal(t, appH, event.Topic)
				assert.Empty(t, h.Subscriptions())
				p.want(filterH, "the topic of the channel leaves the filter")
				p.wantSilence(time.Minute, "the device does not ask again")
			})
		})
	}
}

func TestCourierGetsAllSubscriptionsAgainWhenItAsks(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, withChannel(0))
		p := h.login()
		p.skip(3)
		p.takeAll(p.wantChannels())
		p.send("1e 00000031 01 0004 00000001 02 0004 12020800 03 0020 T")
		p.skip(1)
		_, body := p.wantChannels()
		assert.Equal(t, courier.ChannelsFull, body.Kind)
		assert.Len(t, body.Apps[0].Subscribe, 1)
	})
}

func TestManyChannelsAreAskedForInSeveralRequests(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			for i := range 2*channelsPerRequest + 1 {
				h.cfg.Channels = append(h.cfg.Channels, Subscription{Topic: appH, Channel: ChannelID(fmt.Sprintf("%0255d", i))})
			}
		})
		p := h.login()
		p.skip(3)
		for i, want := range []struct {
			kind  uint64
			count int
		}{{courier.ChannelsFull, channelsPerRequest}, {courier.ChannelsDelta, channelsPerRequest}, {courier.ChannelsDelta, 1}} {
			m, body := p.wantChannels()
			assert.Equal(t, uint32(i+1), m.ID)
			assert.Equal(t, want.kind, body.Kind, "a second full list would end what the first one asked for")
			assert.Len(t, body.Apps[0].Subscribe, want.count)
			p.takeAll(m, body)
		}
		for _, s := range h.Subscriptions() {
			require.NoError(t, h.subscribed(s.Channel))
		}
	})
}

func TestBrokenChannelMessagesEndTheConnection(t *testing.T) {
	for _, literal := range []string{"1d 00000005 02 0002 0a05", "1e 00000005 02 0002 0a05"} {
		inBothForms(t, func(t *testing.T) {
			h := newHarness(t, withChannel(0))
			p := h.login()
			p.skip(4)
			p.send(literal)
			p.wantClosed("the protocol is broken")
			var malformed *courier.BodyError
			require.ErrorAs(t, h.last(EventDisconnected).Err, &malformed)
		})
	}
}

func TestConfiguredChannelsAreChecked(t *testing.T) {
	ca := newAuthority(t)
	cfg := Config{Identity: ca.identity(t, newKey(t)), RootCAs: ca.pool(), Dial: dialer(nil), Topics: []string{appH}}
	cfg.Channels = []Subscription{{Topic: appG, Channel: idC}}
	_, err := New(cfg)
	require.ErrorContains(t, err, "name it in Config.Topics")
	cfg.Channels = []Subscription{{Topic: appH}}
	_, err = New(cfg)
	require.ErrorContains(t, err, "1 to 255 bytes")
}
