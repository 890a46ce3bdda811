package device

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestFirstKeepaliveComesAfter2SecondsAndThenEachInterval(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Keepalive = 10 * time.Minute })
		p := h.ready()
		began := time.Now()
		for _, at := range []time.Duration{2 * time.Second, 10*time.Minute + 2*time.Second, 20*time.Minute + 2*time.Second} {
			frame, err := p.reader.Next()
			require.NoError(t, err)
			assert.Equal(t, at, time.Since(began))
			var k courier.Keepalive
			require.Equal(t, courier.CmdKeepalive, frame.Command)
			require.NoError(t, k.Parse(frame.Payload))
			assert.Equal(t, "10", string(k.Interval), "the interval, in minutes")
			assert.Equal(t, "WiFi", string(k.Carrier))
			assert.Nil(t, k.Delay, "a delay would ask for version 2")
			p.send("0d 00000000")
			synctest.Wait()
		}
	})
}

func TestUnansweredKeepaliveEndsTheConnectionAfter20Seconds(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Keepalive = 10 * time.Minute })
		p := h.ready()
		began := time.Now()
		frame, err := p.reader.Next()
		require.NoError(t, err)
		require.Equal(t, courier.CmdKeepalive, frame.Command)
		p.wantClosed("the courier may be gone")
		assert.Equal(t, 22*time.Second, time.Since(began))
		require.ErrorIs(t, h.last(EventDisconnected).Err, ErrNoKeepalive)
		assert.NotNil(t, h.accept().connect().Token, "the device reconnects")
	})
}

func TestRedirectIsFollowedAndCounted(t *testing.T) {
	for _, tc := range []struct {
		name     string
		redirect func(p *peer)
	}{
		{"in the response to connect", func(p *peer) {
			p.send("08 0000000d 01 0001 00 02 0006 6f7468657231")
		}},
		{"later", func(p *peer) {
			p.send(acceptT)
			p.want(active, "")
			p.want(filterH, "")
			p.want(requestH, "")
			p.send("17 0000000d 02 0006 6f7468657231 09 0001 78")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				var hosts []string
				h := newHarness(t, func(h *harness) {
					h.cfg.DialHost = func(ctx context.Context, host string) (net.Conn, error) {
						hosts = append(hosts, host)
						return h.listener.Dial(ctx)
					}
				})
				began := time.Now()
				p := h.accept()
				assert.Zero(t, p.connect().RedirectCount)
				tc.redirect(p)
				p.wantClosed("the device leaves")
				assert.Equal(t, uint16(1), h.accept().connect().RedirectCount)
				assert.Equal(t, []string{"other1"}, hosts)
				assert.Zero(t, time.Since(began), "at once")
			})
		})
	}
}

func TestEndlessRedirectsAreSlowedDown(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		began := time.Now()
		for range maxRedirects + 1 {
			assert.Zero(t, time.Since(began))
			p := h.accept()
			p.connect()
			p.send("08 0000000d 01 0001 00 02 0006 6f7468657231")
		}
		h.accept()
		assert.NotZero(t, time.Since(began), "the device has paused")
	})
}

func TestAfterAnUnreachableRedirectTheUsualCourierIsDialed(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.DialHost = func(context.Context, string) (net.Conn, error) { return nil, errors.New("no route") }
		})
		p := h.accept()
		p.connect()
		p.send("08 0000000d 01 0001 00 02 0006 6f7468657231")
		assert.Equal(t, uint16(1), h.accept().connect().RedirectCount)
		assert.ErrorContains(t, h.last(EventConnectFailed).Err, "no route")
	})
}

func TestADeviceWhoseTokenIsOnlineElsewhereDisconnects(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send("07 00000027 01 0020 T 02 0001 02")
		p.wantClosed("")
		assert.ErrorIs(t, h.last(EventDisconnected).Err, ErrReplaced)
	})
}

func TestDisconnectClosesCleanlyAndConnectReconnectsAtOnce(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		require.NoError(t, h.Online(t.Context()))
		h.Disconnect()
		p.wantClosed("the TLS connection is closed by the time Disconnect returns")
		time.Sleep(time.Hour)
		assert.Equal(t, []EventKind{EventConnected, EventBaseToken, EventToken, EventDisconnected}, h.kinds())
		require.NoError(t, h.last(EventDisconnected).Err, "closed by the device")

		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		require.ErrorIs(t, h.Online(ctx), context.DeadlineExceeded)

		began := time.Now()
		h.Connect()
		assert.NotNil(t, h.accept().connect().Token)
		assert.Zero(t, time.Since(began))
	})
}

func TestDisconnectEndsAnAttemptToConnect(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.accept()
		p.connect() // and no response
		began := time.Now()
		h.Disconnect()
		p.wantClosed("")
		assert.Zero(t, time.Since(began))
		assert.Empty(t, h.kinds(), "that was no failure")
	})
}

func TestConnectEndsTheWaitForAReconnect(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.ReconnectMin = time.Hour; h.cfg.ReconnectMax = time.Hour })
		h.ready().close()
		require.ErrorIs(t, h.last(EventDisconnected).Err, ErrClosed)
		began := time.Now()
		h.Connect()
		h.accept()
		assert.Zero(t, time.Since(began))
	})
}

func TestWaitBeforeAReconnectGrowsWithFailures(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		var attempts []time.Time
		h := newHarness(t, func(h *harness) {
			h.cfg.ReconnectMin, h.cfg.ReconnectMax = time.Second, 8*time.Second
			h.cfg.Dial = func(context.Context) (net.Conn, error) {
				attempts = append(attempts, time.Now())
				return nil, errors.New("no route")
			}
		})
		time.Sleep(time.Minute)
		h.halt()
		for i, most := range []time.Duration{1, 2, 4, 8, 8, 8} {
			wait := attempts[i+1].Sub(attempts[i])
			assert.LessOrEqual(t, wait, most*time.Second, "wait %d", i)
			assert.GreaterOrEqual(t, wait, most*time.Second/2, "wait %d", i)
		}
	})
}

func TestBackoffStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Int64Range(1, int64(time.Hour)).Draw(t, "min")
		high := rapid.Int64Range(low, int64(24*time.Hour)).Draw(t, "max")
		b := backoff{min: time.Duration(low), max: time.Duration(high)}
		for range rapid.IntRange(1, 100).Draw(t, "failures") {
			wait := b.next()
			assert.LessOrEqual(t, wait, b.max)
			assert.GreaterOrEqual(t, wait, b.min/2)
		}
	})
}

func TestAStoppedDeviceReturnsItsNotificationsBeforeTheError(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send(hello)
		p.want(ackHello, "")
		h.halt()
		require.NoError(t, h.runErr)
		p.wantClosed("")
		assert.Equal(t, uint32(1), h.next().ID)
		_, err := h.Next(t.Context())
		require.ErrorIs(t, err, ErrStopped)
		require.ErrorIs(t, h.Online(t.Context()), ErrStopped)
		err = h.Start()
		if h.cfg.Workers == nil {
			err = h.Device.Run(t.Context())
		}
		assert.ErrorContains(t, err, "create a new one", "a device runs once")
	})
}

func TestStepsHaveTheHandshakeInOrder(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		h.ready().send(noStorage)
		synctest.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		require.Len(t, h.steps, 8)
		require.IsType(t, StepTCP{}, h.steps[0])
		require.IsType(t, StepTLS{}, h.steps[1])
		assert.Equal(t, "courier.push.apple.com", h.steps[1].(StepTLS).ServerName)
		require.IsType(t, StepConnect{}, h.steps[2])
		assert.Equal(t, h.cfg.Identity.Chain[0], h.steps[2].(StepConnect).Certificate.Raw)
		assert.Equal(t, StepAccepted{Token: token(t, tokenT), ServerTime: time.UnixMilli(946684800000)}, h.steps[3])
		assert.Equal(t, StepPower{State: courier.StateActive, Interval: time.Duration(courier.ActiveAlways) * time.Second}, h.steps[4])
		assert.Equal(t, StepFilter{Topics: []string{appH}}, h.steps[5])
		require.IsType(t, StepTokenRequest{}, h.steps[6])
		assert.Equal(t, StepNoStorage{}, h.steps[7])
	})
}
