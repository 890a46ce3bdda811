package devicetls_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"math/big"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// rejectionCases has one row or more for each row of the table of refusals: a
// Connect that earns exactly that response.
var rejectionCases = []struct {
	want  string // text of the table
	name  string
	style style
	edit  func(w *fixture, p *testDevice, m *courier.Connect)
	stays bool // the connection stays open, and the time is told
}{
	{"no certificate, nonce and signature", "nothing", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) {
		m.Certificates, m.Nonce, m.Signature = nil, nil, nil
	}, false},
	{"no certificate, nonce and signature", "no certificate", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Certificates = nil }, false},
	{"no certificate, nonce and signature", "no nonce", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Nonce = nil }, false},
	{"no certificate, nonce and signature", "no signature", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Signature = nil }, false},
	{"the nonce is malformed", "short", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Nonce = m.Nonce[:16] }, false},
	{"the nonce is malformed", "long", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Nonce = append(m.Nonce, 0) }, false},
	{"the nonce is malformed", "of an HTTP service", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Nonce[0] = 1 }, false},
	{"the time in the nonce is wrong", "too old", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		p.sign(m, w.clock.Now().Add(-devicetls.DefaultClockWindow-time.Second))
	}, true},
	{"the time in the nonce is wrong", "too new", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		p.sign(m, w.clock.Now().Add(devicetls.DefaultClockWindow+2*time.Second))
	}, true},
	{"the time in the nonce is wrong", "of the year 292278994", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) {
		copy(m.Nonce[1:], "\x7f\xff\xff\xff\xff\xff\xff\xff")
	}, true},
	{"the time in the nonce is wrong", "before anything else is looked at", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		p.sign(m, w.clock.Now().Add(time.Hour))
		m.Certificates = [][]byte{{1}}
	}, true},
	{"the certificate cannot be read", "no DER", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Certificates = [][]byte{{0x30, 0}} }, false},
	{"the signature does not match nonce and certificate", "of another key", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		other := *p
		other.identity = w.identity(nil)
		other.sign(m, w.clock.Now())
		m.Certificates = p.identity.Chain
	}, false},
	{"the signature does not match nonce and certificate", "over another nonce", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Nonce[16]++ }, false},
	{"the signature does not match nonce and certificate", "with the prefix of RSA", v3, func(_ *fixture, _ *testDevice, m *courier.Connect) { m.Signature[1] = 1 }, false},
	{"the certificate is not accepted", "of another authority", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		p.identity = w.other()
		p.sign(m, w.clock.Now())
	}, false},
	{"the certificate is not accepted", "of another authority, in TLS", style{"v2", []string{courier.ALPNv2}, true, courier.ALPNv2}, nil, false},
	{"the certificate is not accepted", "of a provider", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		provider, err := w.pki.IssueProvider(pki.ProviderRequest{Topic: topic, TeamID: "TEAM123456"})
		require.NoError(w.t, err)
		p.identity = provider
		p.sign(m, w.clock.Now())
	}, false},
	{"the nonce was already used", "on another connection", v3, func(w *fixture, p *testDevice, m *courier.Connect) {
		earlier := w.dial(p.identity, v3)
		earlier.connect(m)
		m.Token = earlier.token
	}, false},
	{"the token belongs to another device", "of another device", v3, func(w *fixture, _ *testDevice, m *courier.Connect) {
		other := w.login(w.identity(nil))
		m.Token = other.token
	}, false},
	{"too many users", "the seventeenth", v3, nil, false},
	{"too many requests within a minute", "of Connects", v3, nil, false}, // flood_test.go
	{"a fault rejected the login", "of a rule", v3, nil, false},
}

// other is the identity of a device of another world.
func (w *fixture) other() *pki.Identity {
	w.t.Helper()
	elsewhere, err := pki.New(pki.Options{})
	require.NoError(w.t, err)
	identity, err := elsewhere.IssueDevice(nil, "")
	require.NoError(w.t, err)
	return identity
}

func TestEveryRejectionIsAnsweredAndClosesCleanlyUnlessTheDeviceCanRetry(t *testing.T) {
	for _, row := range rejectionCases {
		if row.edit == nil {
			continue // has a test of its own below
		}
		t.Run(row.want+"/"+row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.RejectForeignToken = true })
				p := w.dial(w.identity(nil), row.style)
				m := p.proof()
				row.edit(w, p, m)
				p.send(m)
				response := want[*courier.ConnectResponse](p)
				p.wantRejection(response, row.want)
				if !row.stays {
					assert.Zero(t, response.ClockTime, "without a time the device gives up its identity")
					p.wantClosed(time.Second, "status first, then a clean close")
					synctest.Wait()
					w.wantLogged("reason=rejected")
					return
				}
				assert.Equal(t, uint64(w.clock.Now().UnixMilli()), response.ClockTime)
				p.sign(m, time.UnixMilli(int64(response.ClockTime)))
				p.connect(m)
				w.wantLogged()
			})
		})
	}
}

// wantRejection checks what every refusal says.
func (p *testDevice) wantRejection(response *courier.ConnectResponse, text string) {
	p.w.t.Helper()
	assert.Equal(p.w.t, courier.ConnectRejected, response.Status)
	assert.Equal(p.w.t, text, response.RejectionReason)
	assert.Nil(p.w.t, response.Token)
	assert.Equal(p.w.t, uint16(4096), response.MaxMessage, "some clients cannot do without")
	assert.Equal(p.w.t, uint16(15360), response.LargeMessage, "some clients cannot do without")
	assert.NotZero(p.w.t, response.ServerTime, "some clients cannot do without")
}

func TestEveryRejectionInTheTableIsTested(t *testing.T) {
	earned := make(map[string]bool)
	for _, row := range rejectionCases {
		earned[row.want] = true
	}
	for _, text := range devicetls.Rejections() {
		assert.True(t, earned[text], "no test provokes %q", text)
	}
	assert.Len(t, earned, len(devicetls.Rejections()))
}

func TestACertificateOfAnotherAuthorityInTLSIsRejectedInTheResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.other(), v2) // the handshake succeeds: no alert tells a device why
		p.send(p.proof())
		p.wantRejection(want[*courier.ConnectResponse](p), "the certificate is not accepted")
		p.wantClosed(time.Second, "status first, then a clean close")
		synctest.Wait()
		w.wantLogged("unknown issuer")
	})
}

func TestAnOlderDeviceWithoutAnyCertificateIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v2, func(c *tls.Config) { c.GetClientCertificate = nil })
		p.send(p.proof())
		p.wantRejection(want[*courier.ConnectResponse](p), "no certificate, nonce and signature")
		p.wantClosed(time.Second, "status first, then a clean close")
	})
}

func TestAKeyThatNoDeviceHasIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		m := p.proof()
		key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		require.NoError(t, err)
		m.Certificates = [][]byte{selfSigned(t, key)}
		p.send(m)
		p.wantRejection(want[*courier.ConnectResponse](p), "the certificate is not accepted")
	})
}

func TestAnRSAKeyIsMeasuredBeforeASignatureIsCheckedWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		m := p.proof()
		modulus := new(big.Int).Lsh(big.NewInt(1), 1<<14-1)
		huge := &rsa.PublicKey{N: modulus.SetBit(modulus, 0, 1), E: 1<<31 - 1}
		key, err := pki.NewKey()
		require.NoError(t, err)
		m.Certificates = [][]byte{certify(t, huge, key)}
		m.Signature = append([]byte{1, 1}, make([]byte, 1<<11)...)
		p.send(m)
		p.wantRejection(want[*courier.ConnectResponse](p), "the certificate is not accepted")
		p.wantClosed(time.Second, "status first, then a clean close")
		synctest.Wait()
		w.wantLogged("an RSA key of 16384 bits")
	})
}

func TestAReplayedConnectIsRejectedWhileItsTimeIsValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		identity := w.identity(nil)
		first := w.dial(identity, v3)
		recorded := first.proof()
		first.sign(recorded, w.clock.Now().Add(devicetls.DefaultClockWindow)) // good for the longest time
		first.connect(recorded)
		for _, wait := range []time.Duration{0, devicetls.DefaultClockWindow, devicetls.DefaultClockWindow - time.Second} {
			time.Sleep(wait)
			p := w.dial(identity, v3)
			p.send(recorded)
			p.wantRejection(want[*courier.ConnectResponse](p), "the nonce was already used")
		}
		time.Sleep(2 * time.Second)
		p := w.dial(identity, v3)
		p.send(recorded)
		p.wantRejection(want[*courier.ConnectResponse](p), "the time in the nonce is wrong")
	})
}

func TestNoncesAreCheckedByTheClockOfTheSimulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.clock.Advance(48 * time.Hour)
		p := w.dial(w.identity(nil), v3)
		m := p.proof()
		p.sign(m, time.Now()) // the device lives two days in the past
		p.send(m)
		response := want[*courier.ConnectResponse](p)
		p.wantRejection(response, "the time in the nonce is wrong")
		assert.Equal(t, uint64(time.Now().Add(48*time.Hour).UnixMilli()), response.ClockTime)
	})
}

func TestARequiredPartThatIsMissingIsNamed(t *testing.T) {
	w := newFixture(t)
	servers, err := w.pki.NewServers(false)
	require.NoError(t, err)
	cfg := devicetls.Config{}
	for _, row := range []struct {
		want string
		fill func()
	}{
		{"set Config.Certificate", func() { cfg.Certificate = servers.Certificate }},
		{"set Config.Verify", func() { cfg.Verify = w.pki.VerifyDevice }},
		{"set Config.Vault", func() { cfg.Vault = w.vault }},
		{"set Config.Broker", func() { cfg.Broker = w.broker }},
	} {
		_, err := devicetls.New(cfg)
		require.ErrorContains(t, err, row.want)
		row.fill()
	}
	_, err = devicetls.New(cfg)
	require.NoError(t, err)
}
