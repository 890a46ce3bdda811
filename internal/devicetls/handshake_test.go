package devicetls_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestDevicesLogInInEveryStyleWithEitherTLS(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024) // the key of a real device (observed: pushproxy)
	require.NoError(t, err)
	versions := []struct {
		name    string
		version uint16
	}{{"TLS 1.2", tls.VersionTLS12}, {"TLS 1.3", tls.VersionTLS13}}
	keys := []struct {
		name string
		key  crypto.Signer
	}{{"RSA", rsaKey}, {"P-256", nil}}
	for _, st := range styles {
		for _, version := range versions {
			for _, key := range keys {
				t.Run(st.name+"/"+version.name+"/"+key.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newFixture(t)
						p := w.dial(w.identity(key.key), st, func(c *tls.Config) {
							c.MinVersion, c.MaxVersion = version.version, version.version
						})
						response := p.connect(nil)
						assert.NotEmpty(t, response.Token, "a device without a token is given one")
						p.filter()
						w.push(p.address(), `{"aps":{}}`)
						assert.Equal(t, `{"aps":{}}`, string(want[*courier.Notification](p).Payload))
						if st.inTLS {
							assert.Equal(t, 1, p.offered, "the certificate was asked for")
						}
					})
				})
			}
		}
	}
}

// observed: a device that puts its certificate into Connect is not asked in TLS.
func TestOnlyDevicesOfTheOlderStylesAreAskedForACertificate(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				asked := false
				w.dial(w.identity(nil), st, func(c *tls.Config) {
					c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
						asked = true
						return new(tls.Certificate), nil
					}
				})
				assert.Equal(t, st.inTLS, asked)
			})
		})
	}
}

// A resumed session has the certificate of an earlier handshake and no proof
// that the device still holds its key.
func TestOnlyDevicesThatProveThemselvesInConnectResumeTLS(t *testing.T) {
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				identity, cache := w.identity(nil), tls.NewLRUClientSessionCache(1)
				resuming := func(c *tls.Config) { c.ClientSessionCache = cache }
				first := w.dial(identity, st, resuming)
				first.connect(nil) // reads the ticket, too
				first.conn.Close()
				second := w.dial(identity, st, resuming)
				assert.Equal(t, !st.inTLS, second.conn.ConnectionState().DidResume)
				second.connect(nil)
			})
		})
	}
}

func TestProtocolsTheCourierDoesNotSpeakFailTheHandshake(t *testing.T) {
	for name, edit := range map[string]func(*tls.Config){
		"HTTP/2":  func(c *tls.Config) { c.NextProtos = []string{"h2"} },
		"TLS 1.1": func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.open(w.identity(nil), v3, edit)
				require.Error(t, p.handshake())
				p.conn.NetConn().Close()
				synctest.Wait()
				w.wantLogged("reason=handshake-failed")
			})
		})
	}
}

func TestAnOlderDeviceMayStillProveItselfInConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v2, func(c *tls.Config) { c.GetClientCertificate = nil })
		m := p.proof()
		p.sign(m, w.clock.Now())
		p.connect(m)
	})
}
