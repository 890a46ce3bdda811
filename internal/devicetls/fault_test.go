package devicetls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// faulty gives a courier rules.
func faulty(t testing.TB, rules ...fault.Rule) func(*devicetls.Config) {
	t.Helper()
	return func(c *devicetls.Config) {
		c.Faults = fault.New(fault.Config{Seed: 1, Clock: func(string) *clock.Clock { return c.Clock }})
		_, err := c.Faults.Add(rules...)
		require.NoError(t, err)
	}
}

// do is a rule named f that always applies.
func do(a fault.Action) fault.Rule { return fault.Rule{Name: "f", What: a} }

// once is a rule named f that applies once.
func once(a fault.Action) fault.Rule {
	return fault.Rule{Name: "f", What: a, When: fault.When{Times: 1}}
}

func fixed(d time.Duration) *fault.Latency { return &fault.Latency{Fixed: fault.Duration(d)} }

// faults tells of the faults in the journal, in order.
func (w *fixture) faults() (hits []string) {
	for _, e := range w.journal.Read(0, 0).Events {
		if e.Kind == journal.Faulted {
			hits = append(hits, e.Cause+": "+e.Detail)
		}
	}
	return hits
}

func TestAConnectionMayWaitBeforeItsHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wait = time.Minute // longer than a login may take otherwise
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.SlowAccept, Delay: fixed(wait)})))
		start := time.Now()
		p := w.open(w.identity(nil), v3)
		other := w.login(w.identity(nil))
		assert.Zero(t, time.Since(start), "others are not held up")
		require.NoError(t, p.handshake())
		assert.Equal(t, wait, time.Since(start))
		p.connect(nil)
		p.filter()
		w.push(other.address(), "x")
		want[*courier.Notification](other)
		assert.Equal(t, []string{`f: slow-accept delay={"fixed":"1m0s"} for memnet`}, w.faults())
	})
}

func TestACourierStopsAlthoughAConnectionStillWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, do(fault.Action{Do: fault.SlowAccept, Delay: fixed(time.Hour)})))
		p := w.open(w.identity(nil), v3)
		synctest.Wait()
		start := time.Now()
		require.NoError(t, p.conn.NetConn().Close())
		w.stop()
		assert.Less(t, time.Since(start), time.Minute)
	})
}

func TestAConnectionMayBeRefusedBeforeItsHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.RefuseConnection})))
		p := w.open(w.identity(nil), v3)
		_, err := p.conn.NetConn().Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "not a byte comes")
		w.login(w.identity(nil))
		assert.Equal(t, []string{"f: refuse-connection for memnet"}, w.faults())
	})
}

func TestARefusedConnectionIsResetInEveryMode(t *testing.T) {
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(faulty(t, fault.Rule{
			Name: "f", Where: fault.Where{"listener": "device", "source": "127.0.0.1"}, When: fault.When{Times: 1}, What: fault.Action{Do: fault.RefuseConnection},
		}))
		conn, err := w.net.Dial(t.Context())
		if err == nil { // otherwise the reset was there first
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(responseTimeout)))
			_, err = conn.Read(make([]byte, 1))
			conn.Close()
		}
		require.ErrorIs(t, err, syscall.ECONNRESET)
		w.login(w.identity(nil))
		assert.Equal(t, []string{"f: refuse-connection for 127.0.0.1"}, w.faults())
	})
}

func TestFaultsOfOtherListenersDoNotApplyToDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rules []fault.Rule
		for i, kind := range []fault.Kind{fault.RefuseConnection, fault.RejectLogin, fault.NoKeepalive, fault.Disconnect} {
			rules = append(rules, fault.Rule{Name: fmt.Sprint(i), Where: fault.Where{"listener": "provider"}, What: fault.Action{Do: kind}})
		}
		w := newFixture(t, faulty(t, rules...))
		p := w.login(w.identity(nil))
		w.push(p.address(), "x")
		want[*courier.Notification](p)
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p)
		assert.Empty(t, w.faults())
	})
}

func TestTLSMayShowACertificateThatACarefulDeviceRejects(t *testing.T) {
	for _, st := range []style{v3, v2, pack} {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rule := once(fault.Action{Do: fault.ShowChain, Chain: fault.ChainUnknownRoot})
				w := newFixture(t, faulty(t, rule), func(c *devicetls.Config) {
					c.FaultyCertificate = func(chain fault.Chain, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
						elsewhere, err := pki.New(pki.Options{})
						require.NoError(t, err)
						assert.Equal(t, fault.ChainUnknownRoot, chain)
						servers, err := elsewhere.NewServers(false)
						require.NoError(t, err)
						return servers.Certificate(hello)
					}
				})
				identity := w.identity(nil)
				err := w.open(identity, st).handshake()
				_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
				assert.True(t, unknown, "%v", err)
				w.dial(identity, st).connect(nil)
				assert.Equal(t, []string{"f: chain chain=unknown-root for memnet"}, w.faults())
			})
		})
	}
}

func TestAHandshakeOfADeviceMayFailMidway(t *testing.T) {
	for how, want := range map[fault.Handshake]string{
		fault.HandshakeCut:        "EOF",
		fault.HandshakeOldVersion: "server selected unsupported protocol version 301",
		fault.HandshakeBadCipher:  "server chose an unconfigured cipher suite",
		fault.HandshakeAlert:      "remote error: tls: handshake failure",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, faulty(t, once(fault.Action{Do: fault.BreakHandshake, Handshake: how})))
			identity := w.identity(nil)
			require.ErrorContains(t, w.open(identity, v3).handshake(), want)
			w.dial(identity, v3).connect(nil)
			assert.Equal(t, []string{"f: break-handshake handshake=" + string(how) + " for memnet"}, w.faults())
		})
	}
}

func TestWithoutAFaultyCertificateTheUsualOneIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, do(fault.Action{Do: fault.ShowChain, Chain: fault.ChainExpired})), func(c *devicetls.Config) {
			c.FaultyCertificate = func(fault.Chain, *tls.ClientHelloInfo) (*tls.Certificate, error) {
				return nil, errors.New("out of certificates")
			}
		})
		w.login(w.identity(nil))
		w.wantLogged("out of certificates")
	})
}

func TestALoginMayBeRejected(t *testing.T) {
	for text, message := range map[string]string{"": "a fault rejected the login", "not today": "not today"} {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, faulty(t, once(fault.Action{Do: fault.RejectLogin, Text: text})))
			identity := w.identity(nil)
			p := w.dial(identity, v3)
			p.send(p.proof())
			response := want[*courier.ConnectResponse](p)
			p.wantRejection(response, message)
			assert.Zero(t, response.ClockTime)
			p.wantClosed(time.Second, "as after any refusal")
			synctest.Wait() // the end of the first connection is in the journal
			w.dial(identity, v3).connect(nil)
			synctest.Wait()
			assert.Equal(t, []string{"disconnected rejected", "connected"}, w.connectionEvents())
			assert.Equal(t, p.address().Device, w.journal.Read(0, 0).Events[0].Device, "the journal says who")
		})
	}
}

// observed: apsd, which makes a new nonce from the time of the courier and tries
// again on the same connection.
func TestARejectedLoginMayBeRetriable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.RejectLogin, Retry: true})))
		p := w.dial(w.identity(nil), v3)
		p.send(p.proof())
		response := want[*courier.ConnectResponse](p)
		p.wantRejection(response, "a fault rejected the login")
		assert.Equal(t, uint64(w.clock.Now().UnixMilli()), response.ClockTime)
		p.connect(nil)
		assert.Equal(t, []string{"f: reject-login retry=true"}, w.faults())
		w.wantLogged()
	})
}

func TestOneUserMayBeRejectedWhileOthersStayConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := do(fault.Action{Do: fault.RejectLogin})
		rule.When.After = 1
		w := newFixture(t, faulty(t, rule))
		p := w.login(w.identity(nil))
		p.send(&courier.Connect{State: courier.StateConnect})
		p.wantRejection(want[*courier.ConnectResponse](p), "a fault rejected the login")
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p)
	})
}

func TestLoginsOfOneDeviceAreRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var engine *fault.Engine
		w := newFixture(t, faulty(t), func(c *devicetls.Config) { engine = c.Faults })
		identity := w.identity(nil)
		rule := do(fault.Action{Do: fault.RejectLogin})
		rule.Where = fault.Where{"device": apns.DeviceID(pki.DeviceID(identity.Certificate)).String(), "environment": "production"}
		_, err := engine.Add(rule)
		require.NoError(t, err)
		w.login(w.identity(nil))
		p := w.dial(identity, v3)
		p.send(p.proof())
		p.wantRejection(want[*courier.ConnectResponse](p), "a fault rejected the login")

		liar := w.dial(w.other(), v3)
		liar.send(liar.proof())
		liar.wantRejection(want[*courier.ConnectResponse](liar), "the certificate is not accepted")
	})
}

func TestALoginMayBeRedirected(t *testing.T) {
	for _, count := range []uint16{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, faulty(t, once(fault.Action{Do: fault.Redirect, Host: "2-courier.push.apple.com", Text: "drain"})))
			p := w.dial(w.identity(nil), v3)
			m := p.proof()
			m.RedirectCount = count
			p.send(m)
			response := want[*courier.ConnectResponse](p)
			assert.Equal(t, courier.ConnectAccepted, response.Status)
			assert.Equal(t, "2-courier.push.apple.com", response.RedirectHost)
			assert.Equal(t, "drain", response.RedirectReason)
			p.wantClosed(time.Second, "the response first, then a clean close")
			assert.Empty(t, w.connectionEvents(), "it was never here")
			assert.Equal(t, []string{"f: redirect host=2-courier.push.apple.com text=drain"}, w.faults())
			w.wantLogged()
		})
	}
}

func TestTheResponseToALoginMayBeDelayed(t *testing.T) {
	const delay = 45 * time.Second // longer than a connection goes without a filter
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.SlowLogin, Delay: fixed(delay)})))
		p := w.dial(w.identity(nil), v3)
		p.send(p.proof())
		p.wantSilence(delay-1, "not yet")
		require.NoError(t, p.conn.SetReadDeadline(time.Time{}))
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		response := want[*courier.ConnectResponse](p)
		assert.Equal(t, uint64(w.clock.Now().UnixMilli()), response.ServerTime)
		p.token = response.Token
		time.Sleep(devicetls.DefaultFilterTimeout - 1)
		p.filter()
	})
}

// A device that does not wait for the response and comes again is the newest one, and
// the response that was late ends nothing.
func TestADelayedLoginDoesNotReplaceANewerOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.SlowLogin, Delay: fixed(time.Minute)})))
		identity := w.identity(nil)
		old := w.dial(identity, v3)
		old.send(old.proof())
		synctest.Wait()
		time.Sleep(30 * time.Second) // observed: apsd, which gives up then
		old.conn.NetConn().Close()

		newer := w.login(identity)
		time.Sleep(time.Hour)
		w.push(newer.address(), "x")
		want[*courier.Notification](newer)
		assert.Equal(t, []string{"connected", "connected", "disconnected replaced"}, w.connectionEvents())
	})
}

func TestARejectionMayBeDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := do(fault.Action{Do: fault.SlowLogin, Delay: fixed(2 * time.Second)})
		reject := fault.Rule{Name: "g", What: fault.Action{Do: fault.RejectLogin}}
		w := newFixture(t, faulty(t, slow, reject))
		p := w.dial(w.identity(nil), v3)
		start := time.Now()
		p.send(p.proof())
		p.wantRejection(want[*courier.ConnectResponse](p), "a fault rejected the login")
		assert.Equal(t, 2*time.Second, time.Since(start))
		assert.Equal(t, []string{`f: slow-login delay={"fixed":"2s"}`, "g: reject-login"}, w.faults())
	})
}

func TestAKeepaliveMayGoUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.NoKeepalive})))
		p := w.login(w.identity(nil))
		p.send(&courier.Keepalive{})
		p.wantSilence(20*time.Second, "the device gives up after that")
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p)
		e := w.journal.Read(0, 0).Events
		assert.Equal(t, p.address().Device, e[len(e)-1].Device)
	})
}

func TestFaultsOfLoginsAndKeepalivesHappenInEveryMode(t *testing.T) {
	const delay = 300 * time.Millisecond
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(faulty(t,
			fault.Rule{Name: "accept", What: fault.Action{Do: fault.SlowAccept, Delay: fixed(delay)}},
			fault.Rule{Name: "login", What: fault.Action{Do: fault.SlowLogin, Delay: fixed(delay)}},
			fault.Rule{Name: "keepalive", When: fault.When{Times: 1}, What: fault.Action{Do: fault.NoKeepalive}},
		))
		start := time.Now()
		p := w.dial(w.identity(nil), v3)
		assert.GreaterOrEqual(t, time.Since(start), delay)
		p.connect(nil)
		assert.GreaterOrEqual(t, time.Since(start), 2*delay)
		p.filter()
		p.send(&courier.Keepalive{}, &courier.Keepalive{}, &courier.Flush{Wanted: 3})
		want[*courier.KeepaliveResponse](p)
		want[*courier.FlushResponse](p)
		assert.Equal(t, "accept login keepalive", strings.Join(causes(w), " "))
	})
}

// causes names the rules that were done, in order.
func causes(w *fixture) (names []string) {
	for _, hits := range w.faults() {
		name, _, _ := strings.Cut(hits, ":")
		names = append(names, name)
	}
	return names
}
