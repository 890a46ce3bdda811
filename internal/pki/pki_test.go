package pki

import (
	"crypto/ecdsa"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noon is when the certificates of these tests are issued.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newPKI(t testing.TB, extra ...string) *PKI {
	t.Helper()
	p, err := New(Options{ExtraNames: extra, Now: noon})
	require.NoError(t, err)
	return p
}

func TestChainIsARootWithThreeIssuingAuthorities(t *testing.T) {
	p := newPKI(t)
	assert.Contains(t, p.Root.Certificate.Subject.CommonName, "TEST", "nobody shall take the root for a real one")
	require.NoError(t, p.Root.Certificate.CheckSignatureFrom(p.Root.Certificate))
	assert.Equal(t, noon.Add(authorityLife), p.Root.Certificate.NotAfter)
	for _, row := range authorities {
		t.Run(row.file, func(t *testing.T) {
			a := *row.field(p)
			require.NoError(t, a.Certificate.CheckSignatureFrom(p.Root.Certificate))
			assert.Equal(t, row.file, a.Name)
			assert.Contains(t, a.Certificate.Subject.CommonName, "TEST")
			assert.True(t, a.Certificate.MaxPathLenZero, "it issues leaves only")
			assert.Equal(t, row.usage, a.Certificate.ExtKeyUsage)
			assert.Equal(t, p.Root.Certificate.SubjectKeyId, a.Certificate.AuthorityKeyId)
			assert.IsType(t, &ecdsa.PrivateKey{}, a.Key, "RSA would make the start slow")
			assert.True(t, noon.After(a.Certificate.NotBefore), "peers with a slow clock accept it")
		})
	}
}

func TestSerialNumbersAreRandom(t *testing.T) {
	p, q := newPKI(t), newPKI(t)
	seen := map[string]bool{}
	for _, a := range append(p.all(), q.all()...) {
		serial := a.Certificate.SerialNumber
		assert.Positive(t, serial.Sign(), "RFC 5280, 4.1.2.2")
		assert.GreaterOrEqual(t, serial.BitLen(), 64, "too short to be random: %x", serial)
		assert.False(t, seen[serial.String()], "twice: %x", serial)
		seen[serial.String()] = true
	}
}

func TestRootPEMIsTheRoot(t *testing.T) {
	p := newPKI(t)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(p.RootPEM()))
	assert.True(t, pool.Equal(p.RootPool()))
}

func TestEachCertificateHasTheCurrentTimeOfIssue(t *testing.T) {
	p := newPKI(t)
	p.Now = func() time.Time { return noon.Add(100 * day) }
	id, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	assert.Equal(t, noon.Add(99*day), id.Certificate.NotBefore)

	p.Now = nil
	id, err = p.IssueDevice(nil, "")
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(-day), id.Certificate.NotBefore, time.Minute)
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		p, err := New(Options{})
		require.NoError(b, err)
		_, err = p.NewServers(false)
		require.NoError(b, err)
	}
}
