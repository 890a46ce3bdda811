package devicetls_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

const delay = devicetls.DefaultResponseDelay

func byDefault(c *devicetls.Config) { c.ResponseDelay = 0 }

// inDelayedFixture runs a test in a bubble for each framing, with a device that has
// logged in and not sent a filter. elapsed tells the time since then.
func inDelayedFixture(t *testing.T, f func(w *fixture, p *testDevice, elapsed func() time.Duration)) {
	for _, st := range []style{v3, pack} {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, byDefault)
				p := w.dial(w.identity(nil), st)
				p.connect(nil)
				start := time.Now()
				f(w, p, func() time.Duration { return time.Since(start) })
				w.stop()
			})
		})
	}
}

// The frames of a client that sends both requests at once and fails when the responses
// come together (observed: pypush).
func TestResponsesToRequestsSentAtOnceComeApart(t *testing.T) {
	inDelayedFixture(t, func(_ *fixture, p *testDevice, elapsed func() time.Duration) {
		p.send(
			&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:], AppID: []byte{0xa0, 0x03}},
			&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}},
		)
		response := want[*courier.TokenResponse](p)
		assert.Equal(t, delay, elapsed())
		assert.Equal(t, topicHash[:], response.Topic, "what is echoed outlives the frame")
		assert.Equal(t, []byte{0xa0, 0x03}, response.AppID)
		want[*courier.NoStorage](p)
		assert.Equal(t, 2*delay, elapsed())
	})
}

func TestAStoredNotificationAndAResponseComeApart(t *testing.T) {
	inDelayedFixture(t, func(w *fixture, p *testDevice, elapsed func() time.Duration) {
		w.push(p.address(), "x")
		filter := &courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}}
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]}, filter)
		want[*courier.TokenResponse](p)
		p.ack(want[*courier.Notification](p), courier.AckDelivered)
		assert.Equal(t, 2*delay, elapsed())
		p.send(filter)
		want[*courier.NoStorage](p)
		assert.Equal(t, 3*delay, elapsed())
	})
}

func TestEveryResponseOfAServiceIsDelayedAndTheCouriersOwnAreNot(t *testing.T) {
	inDelayedFixture(t, func(_ *fixture, p *testDevice, elapsed func() time.Duration) {
		p.send(
			&courier.PresenceTracking{ID: 1, Token: p.token, Salt: 2},
			&courier.ChannelRequest{ID: 3, BaseToken: p.token},
			&courier.DeviceMessage{ID: 4},
			&courier.Keepalive{}, &courier.Flush{Wanted: 1},
		)
		want[*courier.KeepaliveResponse](p)
		want[*courier.FlushResponse](p)
		assert.Zero(t, elapsed())
		assert.Equal(t, p.token, want[*courier.PresenceTrackingResponse](p).Token)
		assert.Equal(t, delay, elapsed())
		assert.Equal(t, p.token, want[*courier.ChannelResponse](p).Token)
		assert.Equal(t, 2*delay, elapsed())
		want[*courier.DeviceMessageAck](p)
		assert.Equal(t, 3*delay, elapsed())
	})
}

func TestAPushWaitsForTheResponseBeforeItAndForNoOther(t *testing.T) {
	inDelayedFixture(t, func(w *fixture, p *testDevice, elapsed func() time.Duration) {
		p.filter()
		time.Sleep(time.Second)
		before := elapsed()
		w.push(p.address(), "at once")
		p.ack(want[*courier.Notification](p), courier.AckDelivered)
		assert.Equal(t, before, elapsed())

		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		synctest.Wait()
		w.push(p.address(), "behind the response")
		want[*courier.TokenResponse](p)
		want[*courier.Notification](p)
		assert.Equal(t, before+2*delay, elapsed())
	})
}

func TestManyRequestsAreAnsweredInOrderAndWaitForFewOthers(t *testing.T) {
	inDelayedFixture(t, func(_ *fixture, p *testDevice, elapsed func() time.Duration) {
		const requests = 500
		for i := range requests {
			p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:], AppID: []byte{byte(i >> 8), byte(i)}})
		}
		for i := range requests {
			assert.Equal(t, []byte{byte(i >> 8), byte(i)}, want[*courier.TokenResponse](p).AppID)
		}
		assert.Equal(t, 16*delay, elapsed())
	})
}

func TestADeviceThatStopsWritingGetsTheResponsesThatWait(t *testing.T) {
	inDelayedFixture(t, func(_ *fixture, p *testDevice, _ func() time.Duration) {
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]}, &courier.Filter{Token: p.token})
		require.NoError(t, p.conn.CloseWrite())
		want[*courier.TokenResponse](p)
		want[*courier.NoStorage](p)
		p.wantClosed(responseTimeout, "the device has left")
	})
}

func TestDevicesInsideAreAnsweredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, byDefault)
		inside := memnet.Listen()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- w.server.ServeVirtual(ctx, inside) }()
		w.net = inside
		start := time.Now()
		p := w.login(w.identity(nil))
		assert.Zero(t, time.Since(start))
		stop()
		require.NoError(t, <-served)
		p.wantClosed(responseTimeout, "the courier stops")
		w.stop()
	})
}

func TestADelayedResponseHoldsNoGoroutine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a poller so far; here each device takes a goroutine anyway")
	}
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(func(c *devicetls.Config) { c.ResponseDelay = time.Hour })
		const devices = 30
		var phones []*testDevice
		for range devices {
			p := w.dial(w.identity(nil), v3)
			p.connect(nil)
			phones = append(phones, p)
		}
		w.soon(func() bool { return len(w.server.Connections()) == devices }, "all have logged in")
		before := runtime.NumGoroutine()
		for _, p := range phones {
			p.send(&courier.Filter{Token: p.token}, &courier.Keepalive{})
			want[*courier.KeepaliveResponse](p)
		}
		w.soon(func() bool { return runtime.NumGoroutine()-before <= 6 }, "workers come and go")
	})
}
