package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, der []byte) *x509.Certificate {
	t.Helper()
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

// observed: pushproxy
func TestADeviceCertificateIsSignedWithRSAAndSHA1(t *testing.T) {
	p := newPKI(t)
	for _, algorithm := range []x509.SignatureAlgorithm{x509.SHA1WithRSA, x509.SHA256WithRSA} {
		csr := request(t, rsaKey(t, 1024), algorithm, "5DC2F4B1-0000-4000-8000-000000000001")
		chain, err := p.SignDeviceRSA(csr)
		require.NoError(t, err)
		require.Len(t, chain, 2)
		leaf, issuer := parse(t, chain[0]), parse(t, chain[1])
		assert.Equal(t, x509.SHA1WithRSA, leaf.SignatureAlgorithm)
		assert.Equal(t, 1024, leaf.PublicKey.(*rsa.PublicKey).N.BitLen())
		assert.Equal(t, 65537, leaf.PublicKey.(*rsa.PublicKey).E)
		assert.Equal(t, x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment, leaf.KeyUsage)
		assert.Equal(t, issuer.RawSubject, leaf.RawIssuer)
		sum := sha1.Sum(leaf.RawTBSCertificate)
		assert.NoError(t, rsa.VerifyPKCS1v15(issuer.PublicKey.(*rsa.PublicKey), crypto.SHA1, sum[:], leaf.Signature))
		assert.NoError(t, issuer.CheckSignatureFrom(p.Root.Certificate))

		who, err := p.VerifyDevice([]*x509.Certificate{leaf}, noon)
		require.NoError(t, err, "devices of either authority are let in")
		assert.Equal(t, "5DC2F4B1-0000-4000-8000-000000000001", who.CommonName)
	}
}

func TestRealDevicesHaveRSAKeys(t *testing.T) {
	p := newPKI(t)
	_, err := p.SignDeviceRSA(request(t, freshEC(t), 0, "X"))
	require.ErrorContains(t, err, "real devices have RSA")
	csr := request(t, rsaKey(t, 1024), 0, "X")
	csr.Signature[3] ^= 1
	_, err = p.SignDeviceRSA(csr)
	assert.ErrorContains(t, err, "its signature is invalid")
}

func TestTheRSAAuthorityOfDevicesIsKeptWithTheOthers(t *testing.T) {
	dir := t.TempDir()
	fresh, err := New(Options{})
	require.NoError(t, err)
	require.NoError(t, fresh.Save(dir))
	_, err = os.Stat(filepath.Join(dir, "device-ca-rsa.pem"))
	require.ErrorIs(t, err, os.ErrNotExist, "nobody has asked for it")

	first, err := Load(dir)
	require.NoError(t, err)
	chain, err := first.SignDeviceRSA(request(t, rsaKey(t, 1024), 0, "X"))
	require.NoError(t, err)
	second, err := Load(dir)
	require.NoError(t, err)
	_, err = second.VerifyDevice([]*x509.Certificate{parse(t, chain[0])}, time.Now())
	require.NoError(t, err, "after a restart")

	other, err := New(Options{})
	require.NoError(t, err)
	_, err = other.VerifyDevice([]*x509.Certificate{parse(t, chain[0])}, time.Now())
	wantKind(t, UnknownIssuer, err)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "device-ca-rsa.pem"), second.RootPEM(), 0o600))
	_, err = Load(dir)
	assert.ErrorContains(t, err, "device-ca-rsa", "a broken file is not passed over")
}

// A mounted secret is read-only.
func TestTheRSAAuthorityOfDevicesStaysInMemoryWhereItCannotBeSaved(t *testing.T) {
	_, dir := saved(t, Options{})
	p, err := Load(dir)
	require.NoError(t, err)
	var events []error
	p.Unsaved = func(err error) { events = append(events, err) }
	require.NoError(t, os.RemoveAll(dir)) // the mode would not keep root out
	for range 2 {
		chain, err := p.SignDeviceRSA(request(t, rsaKey(t, 1024), 0, "X"))
		require.NoError(t, err)
		_, err = p.VerifyDevice([]*x509.Certificate{parse(t, chain[0])}, time.Now())
		require.NoError(t, err)
	}
	assert.Len(t, events, 1)
}

func TestARevokedDeviceIsRejectedWithEveryCertificateOfItsKey(t *testing.T) {
	p := newPKI(t)
	key := freshEC(t)
	first, err := p.IssueDevice(key, "A")
	require.NoError(t, err)
	other, err := p.IssueDevice(nil, "B")
	require.NoError(t, err)
	p.RevokeDevice(DeviceID(first.Certificate))
	renewed, err := p.IssueDevice(key, "C")
	require.NoError(t, err)
	for _, cert := range []*x509.Certificate{first.Certificate, renewed.Certificate} {
		for _, policy := range []DevicePolicy{DeviceStrict, DeviceLenient} {
			_, err := p.VerifyDeviceUnder(policy, []*x509.Certificate{cert}, noon)
			wantKind(t, Revoked, err)
		}
	}
	_, err = p.VerifyDevice([]*x509.Certificate{other.Certificate}, noon)
	assert.NoError(t, err, "no other device is concerned")
}

// observed: pushproxy
func TestTheBagIsSignedWithRSAAndSHA1OverItsBytes(t *testing.T) {
	p := newPKI(t)
	bag := []byte("any bytes at all")
	signature, chain, err := p.SignBag(bag)
	require.NoError(t, err)
	require.Len(t, chain, 2)
	leaf := parse(t, chain[0])
	sum := sha1.Sum(bag)
	assert.NoError(t, rsa.VerifyPKCS1v15(leaf.PublicKey.(*rsa.PublicKey), crypto.SHA1, sum[:], signature))
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots: p.RootPool(), Intermediates: poolOf(p.ServerCA), CurrentTime: noon, DNSName: "init-p01st.push.apple.com",
	})
	require.NoError(t, err)
	_, again, err := p.SignBag(bag)
	require.NoError(t, err)
	assert.Equal(t, chain, again, "one signer for all bags")
}
