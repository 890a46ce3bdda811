package devicetls_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// selfSigned makes a certificate that nobody trusts.
func selfSigned(t *testing.T, key *ecdsa.PrivateKey) []byte { return certify(t, key.Public(), key) }

// certify makes a certificate for a public key with another one.
func certify(t *testing.T, pub crypto.PublicKey, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "nobody"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pub, key)
	require.NoError(t, err)
	return der
}

// wantBytes reads exactly the given bytes, written in hex with spaces.
func (p *testDevice) wantBytes(want string) {
	p.w.t.Helper()
	want = strings.ReplaceAll(want, " ", "")
	got := make([]byte, len(want)/2)
	require.NoError(p.w.t, p.conn.SetReadDeadline(time.Now().Add(responseTimeout)))
	_, err := io.ReadFull(p.conn, got)
	require.NoError(p.w.t, err)
	assert.Equal(p.w.t, want, hex.EncodeToString(got))
}

// at starts a bubble at the time of the vectors, 2026-01-01 00:00 UTC, which is
// 1767225600000 ms or 19b76daa800.
func at(t *testing.T, f func(*testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.UnixMilli(1767225600000)))
		f(t)
	})
}

// Strict clients want every field, in its exact width (observed: pypush, beeper).
func TestTheResponseHasTheseBytes(t *testing.T) {
	const tail = "04 0002 1000  05 0002 0002  06 0004 00000000  08 0002 3c00  0a 0008 0000019b76daa800"
	at(t, func(t *testing.T) {
		w := newFixture(t)
		identity := w.identity(nil)
		p := w.dial(identity, v3)
		token := w.vault.Issue(tokenvault.Address(p.address()), nil)

		p.send(p.proof())
		p.wantBytes("08 00000048  01 0001 00  03 0020 " + token.String() + tail)

		again := w.dial(identity, v3)
		again.token = []byte(token)
		again.send(again.proof())
		again.wantBytes("08 00000025  01 0001 00 " + tail)
	})
	at(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.EchoToken = true })
		p := w.dial(w.identity(nil), v3)
		token := w.vault.Issue(tokenvault.Address(p.address()), nil)
		p.token = []byte(token)
		p.send(p.proof())
		p.wantBytes("08 00000048  01 0001 00  03 0020 " + token.String() + tail)
	})
	at(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		m := p.proof()
		p.sign(m, w.clock.Now().Add(-time.Hour))
		p.send(m)
		p.wantBytes("08 00000051  01 0001 02  04 0002 1000  05 0002 0002  06 0004 00000000" +
			"07 0008 0000019b76daa800  08 0002 3c00  0a 0008 0000019b76daa800" +
			"15 001e " + hex.EncodeToString([]byte("the time in the nonce is wrong")))
	})
}

func TestTheOtherResponsesHaveTheseBytes(t *testing.T) {
	at(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		base := hex.EncodeToString(p.token)
		hash := topicHash
		token := w.vault.Issue(tokenvault.Address(p.address()), &hash).String()
		const h = "a003f1da17993ee51f2b3ceef6c6153afa8f3ec2"

		p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
		p.wantBytes("0e 00000023  01 0020 " + base)

		p.send(&courier.Keepalive{})
		p.wantBytes("0d 00000000")

		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:], AppID: []byte{0xa0, 0x03}})
		p.wantBytes("12 00000043  01 0001 00  02 0020 " + token + "03 0014 " + h + "04 0002 a003")

		w.push(p.address(), `{"aps":{"alert":"hi"}}`, func(p *broker.Push) { p.Expiration = 1767312000 })
		p.wantBytes("0a 00000097  01 0020 " + token + "02 0014 " + h +
			"03 0016 7b22617073223a7b22616c657274223a226869227d7d  04 0004 00000001  05 0004 69570a80" +
			"06 0008 18867251edfa0000  09 0001 00  0d 0001 0a  0f 0020 " + base)

		w.push(p.address(), `{}`, func(push *broker.Push) {
			push.Token, push.Base, push.Expiration = apns.DeviceToken(p.token), true, 0
		})
		p.wantBytes("0a 00000060  01 0020 " + base + "02 0014 " + h +
			"03 0002 7b7d  04 0004 00000002  05 0004 00000000  06 0008 18867251edfa0001  09 0001 00  0d 0001 0a")
	})
}
