package devicetls_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// What a device says and hears, and what the journal says of it, is the same in both
// framings.
func TestAConversationIsTheSameInBothFramings(t *testing.T) {
	var events [2][]string
	for i, st := range []style{v3, pack} {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { events[i] = converse(t, st) })
		})
	}
	require.NotEmpty(t, events[0])
	assert.Equal(t, events[0], events[1])
}

// converse has a conversation with every kind of message, over two connections. It
// gives what the device hears and the journal's events, without what is random.
func converse(t *testing.T, st style) (events []string) {
	w := newFixture(t)
	p := w.dial(w.identity(nil), st)
	hash := topicHash
	appToken := []byte(w.vault.Issue(tokenvault.Address(p.address()), &hash))
	hear := func(m courier.Message) {
		line := m.String()
		if r, ok := m.(*courier.ConnectResponse); ok {
			r.Field5 = 0 // of unknown meaning, and not in packed frames
			line = m.String()
		}
		for name, token := range map[string][]byte{"BASE": p.token, "APP": appToken} {
			if token != nil {
				line = strings.ReplaceAll(line, fmt.Sprintf("%x…(%d)", token[:8], len(token)), name)
			}
		}
		events = append(events, line)
	}
	hears := func(n int) {
		t.Helper()
		for range n {
			hear(p.next())
		}
	}

	hear(p.connect(nil))
	p.send(&courier.ActiveState{State: courier.StateActive, Interval: courier.ActiveAlways})
	stored := w.push(p.address(), `{"aps":{"alert":"stored"}}`)
	p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
	first := want[*courier.Notification](p)
	hear(first)
	p.ack(first, courier.AckDelivered)

	p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:], AppID: topicHash[:2]})
	response := want[*courier.TokenResponse](p)
	assert.Equal(t, appToken, response.Token)
	hear(response)

	var live []string
	for i := range 3 {
		live = append(live, w.push(p.address(), fmt.Sprintf(`{"aps":{"badge":%d}}`, i)))
		n := want[*courier.Notification](p)
		hear(n)
		p.ack(n, []uint8{courier.AckDelivered, courier.AckUnparsable, courier.AckIgnoredTopic}[i])
	}
	big := w.push(p.address(), `{"aps":{"alert":"`+strings.Repeat("x", 4000)+`"}}`)
	n := want[*courier.Notification](p)
	hear(n)
	p.ack(n, courier.AckDelivered)

	p.send(
		&courier.Keepalive{Carrier: []byte(courier.CarrierWiFi), Interval: []byte("15"), State: courier.Some(uint8(0))},
		&courier.Flush{Wanted: 512, Padding: make([]byte, 64)},
		&courier.DeviceMessage{Topic: topicHash[:], Token: p.token, ID: 9, Payload: []byte("x")},
		&courier.ChannelRequest{ID: 4, Request: []byte{8, 1}, BaseToken: p.token},
		&courier.PresenceTracking{ID: 5, Token: p.token, Salt: 1 << 63},
		&courier.TracingAck{Topic: topicHash[:], Status: courier.TracingDelivered},
		&courier.TaskControl{Extra: []courier.Item{{ID: 77, Value: []byte("x")}}},
	)
	hears(5)

	p.conn.Close()
	synctest.Wait()
	away := w.push(p.address(), `{"aps":{"alert":"away"}}`)
	again := w.dial(p.identity, st)
	again.token, p = p.token, again
	hear(p.connect(nil))
	p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
	n = want[*courier.Notification](p)
	hear(n)
	p.ack(n, courier.AckDelivered)
	p.send(&courier.Connect{Token: p.token, State: courier.StateOffline})
	p.wantSilence(time.Second, "the token is gone")
	p.conn.Close()
	synctest.Wait()
	for _, id := range append([]string{stored, big, away}, live...) {
		events = append(events, strings.Join(w.history(id), ", "))
	}
	w.wantLogged()
	return append(events, w.connectionEvents()...)
}

func TestADeviceThatOffersBothFramingsGetsThePreferredOne(t *testing.T) {
	for _, row := range []struct {
		offered []string
		prefer  bool
		want    string
	}{
		{[]string{courier.ALPNv3, courier.ALPNPack}, false, courier.ALPNv3},
		{[]string{courier.ALPNPack, courier.ALPNv3}, false, courier.ALPNv3},
		{[]string{courier.ALPNv3, courier.ALPNPack}, true, courier.ALPNPack},
		{[]string{courier.ALPNv3}, true, courier.ALPNv3},
		{[]string{courier.ALPNPack}, false, courier.ALPNPack},
		{[]string{courier.ALPNPack, courier.ALPNv2}, false, courier.ALPNPack},
	} {
		t.Run(fmt.Sprint(row.offered, row.prefer), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.PreferPack = row.prefer })
				p := w.dial(w.identity(nil), style{alpn: row.offered, want: row.want})
				p.connect(nil)
				p.filter()
			})
		})
	}
}

func TestAMalformedPackedFrameEndsTheConnection(t *testing.T) {
	for name, frame := range map[string][]byte{
		"a reference into an empty table": {0x0c, 2, 0x8f, 9},
		"no such type":                    {0x0c, 2, 0x01, 0xff},
		"a frame that is too long":        {0x0c, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"a length that never ends":        {0x0c, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				other := w.login(w.identity(nil))
				p := w.dial(w.identity(nil), pack)
				p.connect(nil)
				p.filter()
				p.write(frame)
				p.wantClosed(responseTimeout, "that is no packed frame")
				synctest.Wait()
				w.wantLogged("reason=malformed")
				w.push(other.address(), "x")
				want[*courier.Notification](other)
			})
		})
	}
}

// observed: apsd reads the status as a signed byte, which does not hold 0x80.
func TestAMessageBeforeTheLoginIsAnsweredBusyInPackedFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), pack)
		p.connect(nil)
		p.send(&courier.DeviceMessage{ID: 7, Payload: []byte("x")})
		assert.Equal(t, &courier.DeviceMessageAck{ID: 7, Status: courier.DeviceMessageBusy}, want[*courier.DeviceMessageAck](p))
	})
}

// observed: apsd, rustpush
func TestAMessageMayBeAPackedPropertyList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), pack)
		p.connect(nil)
		p.send(&courier.ActiveState{State: courier.StateActive})
		p.filter()
		p.send(&courier.DeviceMessage{ID: 7, Payload: []byte{0xc1, 0x11, 's', 'P', 2, 1, 2}, PayloadType: courier.TypeDictionary})
		assert.Equal(t, courier.DeviceMessageAccepted, want[*courier.DeviceMessageAck](p).Status)
	})
}

// An app id of any form comes back in the form it came in.
func TestAnAppIDIsEchoedInItsForm(t *testing.T) {
	for _, connRunner := range []courier.AppIDForm{courier.AppIDInteger, courier.AppIDNegative, courier.AppIDData} {
		t.Run(fmt.Sprint(connRunner), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.dial(w.identity(nil), pack)
				p.connect(nil)
				p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:], AppID: topicHash[:2], AppIDForm: connRunner})
				got := want[*courier.TokenResponse](p)
				assert.Equal(t, topicHash[:2], got.AppID)
				assert.Equal(t, connRunner, got.AppIDForm)
			})
		})
	}
}

func TestTableLimitsThatADeviceCannotReadAreRejected(t *testing.T) {
	w := newFixture(t)
	cfg := w.cfg
	cfg.LargeMessage = 32768
	_, err := devicetls.New(cfg)
	assert.ErrorContains(t, err, "exceeds 32767")
	cfg.LargeMessage = 32767
	_, err = devicetls.New(cfg)
	assert.NoError(t, err)
}
