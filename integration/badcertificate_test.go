package integration_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// selfSigned is a certificate that nobody here has issued.
func selfSigned(t *testing.T, name string) identity {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return identity{key, [][]byte{der}}
}

// The provider is told in the response, the device in the Connect response.
func TestWrongCertificatesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	provider, device := sim.demoCertificate(), sim.activate(t, sim.Demo.Topic)

	for what, certificate := range map[string]tls.Certificate{
		"self-signed": selfSigned(t, "Apple Push Services: "+sim.Demo.Topic).tls(),
		"a device's":  device.tls(),
	} {
		t.Run("provider/"+what, func(t *testing.T) {
			c := dial(t, hostPort(sim.Provider), sim.trust(certificate))
			got := c.send(pushTo(witness.device.token, []byte(`{}`), field("apns-topic", sim.Demo.Topic), field("authorization", sim.demoBearer())))
			assert.Equal(t, 403, got.status)
			assert.Equal(t, `{"reason":"BadCertificate"}`, got.body, "the certificate counts, not the token beside it")
			witness.unharmed(t)
		})
	}

	impostor := identity{newKey(t), device.chain}
	for what, certificate := range map[string]identity{
		"self-signed":      selfSigned(t, "a device"),
		"another's":        impostor,
		"a provider's":     {providerKey(t, provider), provider.Certificate},
		"no certificate":   {newKey(t), [][]byte{[]byte("no DER")}},
		"one, and garbage": {device.key, [][]byte{device.chain[0], {0x30}}},
	} {
		t.Run("device/v3/"+what, func(t *testing.T) {
			h := sim.dialCourier(t, production, v3)
			got := h.login(certificate, nil)
			assert.Equal(t, []byte{2}, got.items[0x01], "presence refused")
			assert.NotContains(t, got.items, byte(0x07), "the clock is not the trouble")
			assert.NotContains(t, got.items, byte(0x03), "no token")
			h.expectEnd()
			witness.offended(h.conn)
			witness.unharmed(t)
		})
	}
	for what, certificate := range map[string]tls.Certificate{
		"self-signed":  selfSigned(t, "a device").tls(),
		"a provider's": provider,
	} {
		for _, alpn := range []string{"apns-security-v2", ""} {
			t.Run("device/"+alpn+"/"+what, func(t *testing.T) {
				h := sim.dialCourier(t, production, alpn, certificate)
				h.send(0x07, unhex(t, hello))
				assert.Equal(t, []byte{2}, h.receive(0x08).items[0x01])
				h.expectEnd()
				witness.offended(h.conn)
				witness.unharmed(t)
			})
		}
	}
	witness.stop(t)
}
