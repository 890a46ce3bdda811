package devicetls_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// observed: an empty response at once makes apsd fall back to version 1; "ok" at
// once would make it ping in a loop.
func TestEveryKeepaliveIsAnsweredAtOnceAndEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil) // no filter yet: any state after the login
		for _, keepalive := range []*courier.Keepalive{
			{},
			{Carrier: []byte(courier.CarrierWiFi), Interval: []byte("15")},
			{Interval: []byte("15"), Delay: []byte("600"), ServerStatistics: 1}, // version 2
			{Interval: []byte("soon")},
		} {
			p.send(keepalive)
			p.wantBytes("0d 00000000")
		}
	})
}

func TestKeepalivesKeepAConnectionForDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		for minutes := 10; minutes < 3*24*60; minutes += 60 {
			time.Sleep(time.Hour)
			p.send(&courier.Keepalive{Interval: []byte(strconv.Itoa(60))})
			want[*courier.KeepaliveResponse](p)
		}
		w.push(p.address(), "x")
		want[*courier.Notification](p)
	})
}

func TestMessagesOfADeviceAreAcknowledgedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		message := func(id uint32, size int) courier.Message {
			return &courier.DeviceMessage{Topic: topicHash[:], Token: p.token, Payload: make([]byte, size), ID: id}
		}
		wantAck := func(id uint32, status uint8, reason string) {
			t.Helper()
			assert.Equal(t, &courier.DeviceMessageAck{ID: id, Status: status}, want[*courier.DeviceMessageAck](p), reason)
		}
		p.send(message(7, 1))
		wantAck(7, courier.DeviceMessageTooEarly, "neither active state nor filter")
		p.send(&courier.ActiveState{State: courier.StateActive}, message(8, 1))
		wantAck(8, courier.DeviceMessageTooEarly, "no filter")
		p.filter()
		p.send(message(3, 15360), message(2, 15361), message(1, 0))
		wantAck(3, courier.DeviceMessageAccepted, "as large as the response allows")
		wantAck(2, courier.DeviceMessageInvalid, "larger")
		wantAck(1, courier.DeviceMessageAccepted, "in the order of the messages")
	})
}

func TestAnAcknowledgementCanBeDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.DeviceMessageAckDelay = 5 * time.Millisecond })
		p := w.login(w.identity(nil))
		start := time.Now()
		p.send(&courier.Keepalive{}, &courier.DeviceMessage{ID: 1}, &courier.DeviceMessage{ID: 2})
		want[*courier.KeepaliveResponse](p)
		assert.Zero(t, time.Since(start), "responses before it do not wait")
		assert.Equal(t, uint32(1), want[*courier.DeviceMessageAck](p).ID)
		assert.Equal(t, uint32(2), want[*courier.DeviceMessageAck](p).ID)
		assert.Equal(t, 10*time.Millisecond, time.Since(start))

		p.send(&courier.DeviceMessage{ID: 3})
		w.stop() // does not wait for the pause either
	})
}

func TestCommandsThatNeedAResponseGetOneAndOthersNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		p.send(
			&courier.ActiveInterval{Interval: 600},
			&courier.ActiveState{State: courier.StateInactive},
			&courier.TransportAck{},
			&courier.TracingAck{Topic: topicHash[:], Status: courier.TracingDelivered},
			&courier.TaskControl{},
			&courier.FlushResponse{Padding: make([]byte, 64)},
			&courier.Flush{Padding: make([]byte, 512)},
			&courier.Unknown{Cmd: 0x1f, Payload: []byte("anything")},
			&courier.Unknown{Cmd: courier.CmdConnectResponse, Payload: []byte("not from a device")},
		)
		p.wantSilence(responseTimeout, "none of them has a response")
		p.send(&courier.Flush{Wanted: 128})
		assert.Equal(t, make([]byte, 128), want[*courier.FlushResponse](p).Padding)
		p.send(&courier.ChannelRequest{ID: 0x01020304, Request: []byte{8, 1}, BaseToken: p.token})
		assert.Equal(t, &courier.ChannelResponse{ID: 0x01020304, Token: p.token}, want[*courier.ChannelResponse](p))
		p.send(&courier.PresenceTracking{ID: 9, Token: p.token, Salt: 1})
		assert.Equal(t, &courier.PresenceTrackingResponse{ID: 9, Token: p.token}, want[*courier.PresenceTrackingResponse](p))
		w.wantLogged()
	})
}

func TestUnknownItemsAreIgnoredAndFramesMayBeSplitAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		m := p.proof()
		m.Extra = []courier.Item{{ID: 200, Value: []byte("from the future")}}
		for _, b := range m.Append(nil) {
			p.write([]byte{b})
		}
		assert.Equal(t, courier.ConnectAccepted, want[*courier.ConnectResponse](p).Status)
	})
}
