package devicetls_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// elsewhere is a courier to go to.
var elsewhere = devicetls.Redirection{Host: "9-courier.push.apple.com", Reason: "drain"}

// observed: apsd, which connects to the host of field 2 and counts that in field
// 17 of its next Connect.
func TestALoginIsRedirectedAndTheNextOneAccepted(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			at(t, func(t *testing.T) {
				w := newFixture(t)
				require.NoError(t, w.server.RedirectLogins(&elsewhere))
				identity := w.identity(nil)
				p := w.dial(identity, st)
				p.send(p.proof())
				if st.want == courier.ALPNPack {
					p.wantBytes("08 35  01 80  02 58 392d636f75726965722e707573682e6170706c652e636f6d" +
						"04 a1 1000  06 80  08 a1 3c00  09 45 647261696e  0a a5 019b76daa800")
				} else {
					p.wantBytes("08 00000048  01 0001 00  02 0018 392d636f75726965722e707573682e6170706c652e636f6d" +
						"04 0002 1000  05 0002 0002  06 0004 00000000  08 0002 3c00  09 0005 647261696e  0a 0008 0000019b76daa800")
				}
				p.wantClosed(time.Second, "the response first, then a clean close")

				back := w.dial(identity, st)
				m := back.proof()
				m.RedirectCount = 1
				back.connect(m)
				synctest.Wait()
				assert.Equal(t, []string{"connected"}, w.connectionEvents(), "who is sent elsewhere was never here")
				for _, e := range w.journal.Read(0, 0).Events {
					if e.Kind == journal.Connected {
						assert.Equal(t, "user 0, production, after redirections: 1", e.Detail)
					}
				}

				require.NoError(t, w.server.RedirectLogins(nil))
				third := w.dial(w.identity(nil), st)
				third.connect(nil)
				w.wantLogged()
			})
		})
	}
}

func TestACourierMayRedirectFromItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.Redirect = elsewhere })
		p := w.dial(w.identity(nil), v3)
		p.send(p.proof())
		assert.Equal(t, elsewhere.Host, want[*courier.ConnectResponse](p).RedirectHost)
		w.cfg.Redirect = devicetls.Redirection{Reason: "nowhere"}
		_, err := devicetls.New(w.cfg)
		assert.ErrorContains(t, err, "needs a host")
	})
}

func TestOnlyAnAuthenticatedDeviceIsRedirected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		require.NoError(t, w.server.RedirectLogins(&elsewhere))
		p := w.dial(w.other(), v3)
		p.send(p.proof())
		p.wantRejection(want[*courier.ConnectResponse](p), "the certificate is not accepted")
	})
}

// observed: apsd: command 0x17, then the close.
func TestAConnectedDeviceIsRedirected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p, other := w.login(w.identity(nil)), w.login(w.identity(nil))
		id := w.push(p.address(), "under way")
		want[*courier.Notification](p)
		n, err := w.server.Redirect(p.address().Device, elsewhere)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		p.wantBytes("17 00000023  02 0018 392d636f75726965722e707573682e6170706c652e636f6d  09 0005 647261696e")
		p.wantClosed(time.Second, "then a clean close")
		synctest.Wait()
		assert.Equal(t, []string{"connected", "connected", "disconnected redirected"}, w.connectionEvents())
		assert.Equal(t, "stored not-acknowledged", w.history(id)[2], "%v", w.history(id))

		other.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](other)
		n, err = w.server.Redirect(p.address().Device, elsewhere)
		require.NoError(t, err)
		assert.Zero(t, n, "it is not here any more")
		w.wantLogged()
	})
}

func TestAllConnectedDevicesAreRedirected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		first, second := w.login(w.identity(nil)), w.login(w.identity(nil))
		unknown := w.dial(w.identity(nil), v3)
		n, err := w.server.Redirect(apns.DeviceID{}, devicetls.Redirection{Host: "localhost"})
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		for _, p := range []*testDevice{first, second} {
			assert.Equal(t, &courier.Redirect{Host: "localhost"}, want[*courier.Redirect](p))
			p.wantClosed(time.Second, "then a clean close")
		}
		unknown.connect(nil) // nobody was logged in there yet
	})
}

func TestDisconnectClosesTheConnectionWithoutAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		assert.Zero(t, w.server.Disconnect(apns.DeviceID{1}))
		assert.Equal(t, 1, w.server.Disconnect(p.address().Device))
		p.wantClosed(time.Second, "cleanly")
		synctest.Wait()
		assert.Equal(t, []string{"connected", "disconnected disconnect-requested"}, w.connectionEvents())
		w.wantLogged()
	})
}

func TestAnInvalidRedirectIsRejected(t *testing.T) {
	w := newFixture(t)
	for want, to := range map[string]devicetls.Redirection{
		"needs a host": {Reason: "x"},
		"the host of a redirection has 254 bytes":     {Host: strings.Repeat("x", 254)},
		"the reason of a redirection has 65536 bytes": {Host: "x", Reason: strings.Repeat("x", 65536)},
	} {
		_, err := w.server.Redirect(apns.DeviceID{}, to)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, w.server.RedirectLogins(&to), want)
	}
}
