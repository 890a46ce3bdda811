package devicetls_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

func speaksLate(c *devicetls.Config) { c.DelayedKeepalives = true }

// observed: apsd; an empty response at once makes it fall back to the first version.
func TestAKeepaliveIsAnsweredAtOnceUnlessTheCourierSpeaksTheSecondVersion(t *testing.T) {
	for _, row := range []struct {
		name  string
		late  bool
		delay string
		want  time.Duration // until the response; 0 is at once
	}{
		{"the first version", false, "", 0},
		{"the second, to a courier of the first", false, "900", 0},
		{"the first, to a courier of the second", true, "", 0},
		{"the second", true, "900", 15 * time.Minute},
		{"no delay", true, "0", 0},
		{"no number", true, "soon", 0},
		{"beyond a day", true, "4000000000", 24 * time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.DelayedKeepalives = row.late })
				p := w.login(w.identity(nil))
				p.send(&courier.Keepalive{Delay: []byte(row.delay)})
				if row.want == 0 {
					assert.Equal(t, &courier.KeepaliveResponse{}, want[*courier.KeepaliveResponse](p))
					return
				}
				want[*courier.KeepaliveAck](p)
				p.wantSilence(row.want-time.Second, "it is to come late")
				p.wantAfter(time.Second, &courier.KeepaliveResponse{Status: courier.Some(courier.KeepaliveOK)})
				p.wantSilence(time.Minute, "once")
			})
		})
	}
}

// wantAfter reads the next message, which must come within d.
func (p *testDevice) wantAfter(d time.Duration, m courier.Message) {
	p.w.t.Helper()
	start := time.Now()
	assert.Equal(p.w.t, m, p.next())
	assert.LessOrEqual(p.w.t, time.Since(start), d)
}

func TestOnlyTheNewestLateKeepaliveIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, speaksLate)
		p := w.login(w.identity(nil))
		p.send(&courier.Keepalive{Delay: []byte("60")})
		want[*courier.KeepaliveAck](p)
		p.wantSilence(30*time.Second, "a minute was asked for")
		p.send(&courier.Keepalive{Delay: []byte("60")})
		want[*courier.KeepaliveAck](p)
		p.wantSilence(59*time.Second, "and another one")
		want[*courier.KeepaliveResponse](p)
	})
}

func TestADeviceThatWaitsForALateResponseIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, speaksLate, func(c *devicetls.Config) { c.SilenceTimeout = time.Minute })
		p := w.login(w.identity(nil))
		p.send(&courier.Keepalive{Delay: []byte("1800")})
		want[*courier.KeepaliveAck](p)
		p.wantSilence(30*time.Minute-time.Second, "it is to come late")
		want[*courier.KeepaliveResponse](p)
	})
}

func TestADelayedResponseThatWillNotComeIsWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, speaksLate)
		p := w.login(w.identity(nil))
		p.send(&courier.Keepalive{Delay: []byte("900")})
		want[*courier.KeepaliveAck](p)
		assert.Equal(t, 1, w.server.Disconnect(p.address().Device))
		want[*courier.CancelDelayedKeepalive](p)
		p.wantClosed(time.Second, "the courier was told so")
	})
}

func TestADeviceThatDoesNotReadItsDelayedResponseIsDisconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, speaksLate)
		p := w.login(w.identity(nil))
		p.send(&courier.Keepalive{Delay: []byte("1")})
		want[*courier.KeepaliveAck](p)
		for range 200 { // more than the network holds
			w.push(p.address(), strings.Repeat("x", 4096))
		}
		time.Sleep(devicetls.DefaultWriteTimeout + 3*time.Second)
		require.NoError(t, p.conn.NetConn().Close())
		synctest.Wait()
		w.wantLogged("reason=not-reading")
	})
}
