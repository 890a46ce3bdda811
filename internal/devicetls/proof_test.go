package devicetls_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/pki"
)

const (
	lifeOfACertificate = 3 * 365 * 24 * time.Hour // observed: real ones (pushproxy)
	aDay               = 24 * time.Hour
)

// badCertificates are those that no device is let in with, whichever way it
// shows them.
var badCertificates = []struct {
	name     string
	identity func(w *fixture) *pki.Identity
	after    time.Duration // of the clock, once it is issued
	lenient  bool          // let in where any certificate is
	logged   string
}{
	{"of another authority", (*fixture).other, 0, true, "unknown issuer"},
	{"with the chain of ours", func(w *fixture) *pki.Identity {
		identity := w.other()
		identity.Chain[1] = w.pki.DeviceCA.Certificate.Raw
		return identity
	}, 0, true, "unknown issuer"},
	{"signed by itself", func(w *fixture) *pki.Identity {
		key, err := pki.NewKey()
		require.NoError(w.t, err)
		der := selfSignedBy(w, key)
		cert, err := x509.ParseCertificate(der)
		require.NoError(w.t, err)
		return &pki.Identity{Certificate: cert, Chain: [][]byte{der}, Key: key}
	}, 0, true, "unknown issuer"},
	{"of a provider", func(w *fixture) *pki.Identity {
		identity, err := w.pki.IssueProvider(pki.ProviderRequest{Topic: topic, TeamID: "TEAM123456"})
		require.NoError(w.t, err)
		return identity
	}, 0, true, "not for this use"},
	{"expired", func(w *fixture) *pki.Identity { return w.identity(nil) }, lifeOfACertificate + time.Second, true, "expired"},
	{"not valid yet", func(w *fixture) *pki.Identity { return w.identity(nil) }, -aDay - time.Second, true, "not yet valid"},
	{"revoked", func(w *fixture) *pki.Identity {
		identity := w.identity(nil)
		w.pki.Revoke(identity.Certificate.SerialNumber)
		return identity
	}, 0, false, "revoked"},
	{"of a revoked device", func(w *fixture) *pki.Identity {
		identity := w.identity(nil)
		w.pki.RevokeDevice(pki.DeviceID(identity.Certificate))
		return identity
	}, 0, false, "revoked"},
}

func selfSignedBy(w *fixture, key *ecdsa.PrivateKey) []byte {
	w.t.Helper()
	template := &x509.Certificate{
		SerialNumber: w.pki.Root.Certificate.SerialNumber, Subject: pkix.Name{CommonName: "nobody"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(w.t, err)
	return der
}

func TestABadCertificateIsRejectedInEveryStyle(t *testing.T) {
	for _, row := range badCertificates {
		for _, st := range styles {
			t.Run(row.name+"/"+st.name, func(t *testing.T) {
				at(t, func(t *testing.T) {
					w := newFixture(t)
					p := w.dial(row.identity(w), st)
					w.clock.Advance(row.after)
					p.send(p.proof())
					now := hex.EncodeToString(binaryTime(w.clock.Now()))
					if p.packer != nil {
						p.wantBytes("08 37  01 82  04 a1 1000  06 80  08 a1 3c00  0a a5" + now[4:] +
							"10 15 5f00 " + hex.EncodeToString([]byte("the certificate is not accepted")))
					} else {
						p.wantBytes("08 00000047  01 0001 02  04 0002 1000  05 0002 0002  06 0004 00000000  08 0002 3c00  0a 0008" + now +
							"15 001f " + hex.EncodeToString([]byte("the certificate is not accepted")))
					}
					p.wantClosed(time.Second, "without a time, and a clean close: the device gives up its identity")
					synctest.Wait()
					w.wantLogged(row.logged)
				})
			})
		}
	}
}

// binaryTime is a time as the courier sends it: milliseconds since 1970, 8 bytes.
func binaryTime(at time.Time) []byte {
	ms := uint64(at.UnixMilli())
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(ms >> (56 - 8*i))
	}
	return b
}

func TestALenientCourierTakesAnyCertificateThatIsNotRevoked(t *testing.T) {
	for _, row := range badCertificates {
		for _, st := range styles {
			t.Run(row.name+"/"+st.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var w *fixture
					w = newFixture(t, func(c *devicetls.Config) {
						c.Verify = func(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error) {
							return w.pki.VerifyDeviceUnder(pki.DeviceLenient, chain, now)
						}
					})
					p := w.dial(row.identity(w), st)
					w.clock.Advance(row.after)
					p.send(p.proof())
					response := want[*courier.ConnectResponse](p)
					if row.lenient {
						assert.Equal(t, courier.ConnectAccepted, response.Status)
						return
					}
					p.wantRejection(response, "the certificate is not accepted")
				})
			})
		}
	}
}

func TestALenientCourierStillWantsTheSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w *fixture
		w = newFixture(t, func(c *devicetls.Config) {
			c.Verify = func(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error) {
				return w.pki.VerifyDeviceUnder(pki.DeviceLenient, chain, now)
			}
		})
		p := w.dial(w.other(), v3)
		m := p.proof()
		m.Nonce[16]++
		p.send(m)
		p.wantRejection(want[*courier.ConnectResponse](p), "the signature does not match nonce and certificate")
	})
}

// observed: pushproxy: RSA 1024, signed with SHA-1
func TestADeviceWithAnRSACertificateLogsInInEveryStyle(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	for _, st := range styles {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{SignatureAlgorithm: x509.SHA1WithRSA}, key)
				require.NoError(t, err)
				csr, err := x509.ParseCertificateRequest(der)
				require.NoError(t, err)
				chain, err := w.pki.SignDeviceRSA(csr)
				require.NoError(t, err)
				leaf, err := x509.ParseCertificate(chain[0])
				require.NoError(t, err)
				assert.Equal(t, x509.SHA1WithRSA, leaf.SignatureAlgorithm)
				p := w.dial(&pki.Identity{Certificate: leaf, Chain: chain[:1], Key: key}, st)
				m := p.proof()
				if !st.inTLS {
					assert.Len(t, m.Signature, 130, "01 01 and the signature of RSA 1024")
					assert.Equal(t, []byte{1, 1}, m.Signature[:2])
				}
				p.connect(m)
				p.filter()
				w.push(p.address(), "hello")
				assert.Equal(t, "hello", string(want[*courier.Notification](p).Payload))
			})
		})
	}
}

func TestAKeyThatNoDeviceHasIsRejectedInTLSToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		require.NoError(t, err)
		der := selfSignedBy(w, key)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		p := w.dial(&pki.Identity{Certificate: cert, Chain: [][]byte{der}, Key: key}, v2)
		p.send(p.proof())
		p.wantRejection(want[*courier.ConnectResponse](p), "the certificate is not accepted")
	})
}
