package devicetls_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// A TLS client that says nothing costs its connection after the 30 seconds of
// the login (observed: apsd allows itself the same).
func TestAConnectionWithoutLoginIsClosed(t *testing.T) {
	for name, act := range map[string]func(p *testDevice){
		"no word of TLS":    func(*testDevice) {},
		"TLS, then silence": func(p *testDevice) { require.NoError(p.w.t, p.handshake()) },
		"keepalives, no login": func(p *testDevice) {
			require.NoError(p.w.t, p.handshake())
			for range 29 {
				p.send(&courier.Keepalive{})
				time.Sleep(time.Second)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.open(w.identity(nil), v3)
				start := time.Now()
				act(p)
				raw := p.conn.NetConn()
				require.NoError(t, raw.SetReadDeadline(time.Time{}))
				for err := error(nil); err == nil; {
					_, err = raw.Read(make([]byte, 1<<10))
				}
				assert.Equal(t, devicetls.DefaultLoginTimeout, time.Since(start))
				raw.Close()
				synctest.Wait()
				if name == "no word of TLS" {
					w.wantLogged("reason=handshake-failed")
				} else {
					w.wantLogged("reason=no-login")
				}
			})
		})
	}
}

func TestAConnectionWithoutAFilterIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		start := time.Now()
		for range 9 {
			time.Sleep(time.Second)
			p.send(&courier.Keepalive{})
			want[*courier.KeepaliveResponse](p)
		}
		p.wantClosed(responseTimeout, "keepalives are no filter")
		assert.Equal(t, devicetls.DefaultFilterTimeout, time.Since(start))
		synctest.Wait()
		w.wantLogged("reason=no-filter")
		assert.Equal(t, []string{"connected", "disconnected no-filter"}, w.connectionEvents())
	})
}

func TestASilentDeviceIsClosedAfterTheIntervalItAnnounced(t *testing.T) {
	for _, row := range []struct {
		timeout  time.Duration
		interval string // announced, in minutes
		want     time.Duration
		reason   string
	}{
		{0, "", 75 * time.Minute, "the default exceeds every interval seen"},
		{0, "28", 75 * time.Minute, "a short interval shortens nothing"},
		{0, "120", 125 * time.Minute, "never sooner than announced, and a margin"},
		{0, "60000", 24*time.Hour + 5*time.Minute, "nobody sleeps for weeks"},
		{0, "99999999999999999999", 75 * time.Minute, "that is no interval"},
		{time.Minute, "", time.Minute, "the setting"},
		{time.Minute, "1", 6 * time.Minute, "never sooner than announced, and a margin"},
	} {
		t.Run(fmt.Sprint(row.timeout, " ", row.interval), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.SilenceTimeout = row.timeout })
				p := w.login(w.identity(nil))
				p.send(&courier.Keepalive{Interval: []byte(row.interval)})
				want[*courier.KeepaliveResponse](p)
				start := time.Now()
				p.wantClosed(1000*time.Hour, row.reason)
				assert.Equal(t, row.want, time.Since(start), row.reason)
				synctest.Wait()
				w.wantLogged("reason=silent")
			})
		})
	}
}
