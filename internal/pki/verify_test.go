package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wantKind demands a refusal of this kind.
func wantKind(t testing.TB, want Kind, err error) *CertificateError {
	t.Helper()
	rejection, ok := errors.AsType[*CertificateError](err)
	require.True(t, ok, "want a refusal, got %v", err)
	assert.Equal(t, want, rejection.Kind, err.Error())
	return rejection
}

// providerLeaf signs a template that is acceptable until change makes it otherwise.
func providerLeaf(t *testing.T, p *PKI, change func(*x509.Certificate)) []*x509.Certificate {
	t.Helper()
	template, err := p.providerTemplate(ProviderRequest{Topic: "com.example.app", TeamID: "TEAM123456"})
	require.NoError(t, err)
	change(template)
	key, err := NewKey()
	require.NoError(t, err)
	return []*x509.Certificate{sign(t, p.ProviderCA, template, key.Public())}
}

func TestProviderIsRejected(t *testing.T) {
	p, otherPKI := newPKI(t), newPKI(t)
	good := providerLeaf(t, p, func(*x509.Certificate) {})
	_, err := p.VerifyProvider(good, noon)
	require.NoError(t, err, "the rows below differ from this one")

	setExtensions := func(exts ...pkix.Extension) []*x509.Certificate {
		return providerLeaf(t, p, func(c *x509.Certificate) { c.ExtraExtensions = exts })
	}
	device, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	servers, err := p.NewServers(false)
	require.NoError(t, err)
	server, err := servers.Certificate(modernHello("localhost"))
	require.NoError(t, err)
	holder, err := p.IssueProvider(ProviderRequest{Topic: "a.b"})
	require.NoError(t, err)
	usurper := &Authority{Certificate: holder.Certificate, Key: holder.Key}

	for _, row := range []struct {
		name  string
		chain []*x509.Certificate
		now   time.Time
		want  Kind
		says  string
	}{
		{"nothing presented", nil, noon, NoCertificate, "present one"},
		{"another simulator's", providerLeaf(t, otherPKI, func(*x509.Certificate) {}), noon, UnknownIssuer, "--certs"},
		{"signed by a provider", []*x509.Certificate{sign(t, usurper, &x509.Certificate{NotAfter: noon.Add(day)}, p.ServerCA.Key.Public())}, noon, UnknownIssuer, "Developer Relations"},
		{"signed with SHA-1", providerLeaf(t, p, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }), noon, UnknownIssuer, "SHA1"},
		{"a device's", chainOf(t, device), noon, NotForThisUse, "issued by \"APNs Simulator TEST Device CA\""},
		{"the server's", []*x509.Certificate{server.Leaf}, noon, NotForThisUse, "Server Authentication CA"},
		{"one second early", good, good[0].NotBefore.Add(-time.Second), NotYetValid, "2026-02-28T12:00:00Z"},
		{"one second late", good, good[0].NotAfter.Add(time.Second), Expired, "issue a new one with `apns-sim cert`"},
		{"an authority's", providerLeaf(t, p, func(c *x509.Certificate) { c.IsCA = true }), noon, NotForThisUse, "authority"},
		{"for servers", providerLeaf(t, p, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), noon, NotForThisUse, "clientAuth"},
		{"for encryption", providerLeaf(t, p, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), noon, NotForThisUse, "digitalSignature"},
		{"without UID", providerLeaf(t, p, func(c *x509.Certificate) { c.RawSubject = nil }), noon, Malformed, "UID"},
		{"for no environment", setExtensions(), noon, NotForThisUse, "neither environment"},
		{"a marker that is no NULL", setExtensions(pkix.Extension{Id: oidSandbox, Value: []byte{1, 1, 0xff}}), noon, Malformed, "01 01 ff"},
		{"a topic list that is none", setExtensions(pkix.Extension{Id: oidTopics, Value: []byte{0x30, 0}}), noon, Malformed, "1.2.840.113635.100.6.3.6"},
		{"a VoIP list that is none", setExtensions(pkix.Extension{Id: oidVoIPTopics, Value: []byte{5, 0}}), noon, Malformed, "1.2.840.113635.100.6.3.4"},
	} {
		t.Run(row.name, func(t *testing.T) {
			who, err := p.VerifyProvider(row.chain, row.now)
			assert.Nil(t, who)
			wantKind(t, row.want, err)
			assert.ErrorContains(t, err, row.says)
		})
	}
}

func TestCertificateIsValidOnItsFirstAndLastSecond(t *testing.T) {
	p := newPKI(t)
	chain := providerLeaf(t, p, func(*x509.Certificate) {})
	for _, now := range []time.Time{chain[0].NotBefore, chain[0].NotAfter} {
		_, err := p.VerifyProvider(chain, now)
		assert.NoError(t, err, "RFC 5280, 4.1.2.5: the bounds are included")
	}
}

func TestRevokedCertificatesAreRejected(t *testing.T) {
	p := newPKI(t)
	prov, err := p.IssueProvider(ProviderRequest{Topic: "a.b"})
	require.NoError(t, err)
	dev, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	assert.False(t, p.Revoked(prov.Certificate.SerialNumber))

	p.Revoke(prov.Certificate.SerialNumber)
	_, err = p.VerifyProvider(chainOf(t, prov), noon)
	assert.Equal(t, prov.Certificate.Subject.CommonName, wantKind(t, Revoked, err).Subject)
	_, err = p.VerifyDevice(chainOf(t, dev), noon)
	require.NoError(t, err, "another certificate is not concerned")

	p.Revoke(dev.Certificate.SerialNumber)
	for _, policy := range []DevicePolicy{DeviceStrict, DeviceLenient} {
		_, err = p.VerifyDeviceUnder(policy, chainOf(t, dev), noon)
		wantKind(t, Revoked, err)
	}
}

func TestDeviceWithAnyUsualKeyIsAccepted(t *testing.T) {
	p := newPKI(t)
	ec, err := NewKey()
	require.NoError(t, err)
	for _, row := range []struct {
		name string
		key  crypto.Signer
	}{{"EC P-256", ec}, {"RSA 2048", rsaKey(t, 2048)}, {"RSA 1024", rsaKey(t, 1024)}} {
		t.Run(row.name, func(t *testing.T) {
			id, err := p.IssueDevice(row.key, "0A1B2C3D-0000-4000-8000-00000000000F")
			require.NoError(t, err)
			who, err := p.VerifyDevice(chainOf(t, id), noon)
			require.NoError(t, err)
			assert.Equal(t, "0A1B2C3D-0000-4000-8000-00000000000F", who.CommonName)
			assert.Equal(t, row.key.Public(), who.PublicKey)
			assert.Equal(t, DeviceID(id.Certificate), who.ID)
		})
	}
}

// observed: real device certificates are RSA 1024 and sha1WithRSAEncryption,
// which the standard library's verifier refuses (pushproxy)
func TestDeviceOfAnOldAuthorityIsAccepted(t *testing.T) {
	p := newPKI(t)
	caKey := rsaKey(t, 1024)
	template := authorityTemplate(noon, "Old Device CA", names{})
	template.SignatureAlgorithm = x509.SHA1WithRSA
	root := &Authority{Certificate: template, Key: caKey}
	p.DeviceCA = &Authority{Name: "device-ca", Certificate: sign(t, root, template, caKey.Public()), Key: caKey}

	key := rsaKey(t, 1024)
	device, err := p.deviceTemplate(key.Public(), "OLD")
	require.NoError(t, err)
	device.SignatureAlgorithm = x509.SHA1WithRSA
	leaf := sign(t, p.DeviceCA, device, key.Public())
	require.Error(t, leaf.CheckSignatureFrom(p.DeviceCA.Certificate), "this is why the check is our own")

	_, err = p.VerifyDevice([]*x509.Certificate{leaf}, noon)
	require.NoError(t, err)

	leaf.Signature[7] ^= 1
	_, err = p.VerifyDevice([]*x509.Certificate{leaf}, noon)
	wantKind(t, UnknownIssuer, err)
}

func TestDeviceSignedWithECDSAAndSHA1IsAccepted(t *testing.T) {
	p := newPKI(t)
	key := rsaKey(t, 1024)
	device, err := p.deviceTemplate(key.Public(), "OLD")
	require.NoError(t, err)
	device.SignatureAlgorithm = x509.ECDSAWithSHA1
	leaf := sign(t, p.DeviceCA, device, key.Public())
	_, err = p.VerifyDevice([]*x509.Certificate{leaf}, noon)
	require.NoError(t, err)

	leaf.Signature[10] ^= 1
	_, err = p.VerifyDevice([]*x509.Certificate{leaf}, noon)
	wantKind(t, UnknownIssuer, err)
}

func TestDeviceIsRejectedUnlessThePolicyIsLenient(t *testing.T) {
	p, otherPKI := newPKI(t), newPKI(t)
	good, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	foreign, err := otherPKI.IssueDevice(nil, "")
	require.NoError(t, err)
	prov, err := p.IssueProvider(ProviderRequest{Topic: "a.b"})
	require.NoError(t, err)
	leaf := good.Certificate

	for _, row := range []struct {
		name    string
		chain   []*x509.Certificate
		now     time.Time
		want    Kind
		lenient bool // accepted when any certificate is
	}{
		{"nothing presented", nil, noon, NoCertificate, false},
		{"another simulator's", chainOf(t, foreign), noon, UnknownIssuer, true},
		{"a provider's", chainOf(t, prov), noon, NotForThisUse, true},
		{"early", chainOf(t, good), leaf.NotBefore.Add(-time.Second), NotYetValid, true},
		{"late", chainOf(t, good), leaf.NotAfter.Add(time.Second), Expired, true},
		{"with a key of 1016 bits", []*x509.Certificate{withKeyBits(t, p, 1016)}, noon, NotForThisUse, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := p.VerifyDevice(row.chain, row.now)
			wantKind(t, row.want, err)
			who, err := p.VerifyDeviceUnder(DeviceLenient, row.chain, row.now)
			if row.lenient {
				require.NoError(t, err)
				assert.Equal(t, row.chain[0], who.Certificate)
				return
			}
			wantKind(t, row.want, err)
		})
	}
}

// withKeyBits is a device certificate of ours over a key too short to accept.
func withKeyBits(t *testing.T, p *PKI, bits int) *x509.Certificate {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key := rsaKey(t, bits)
	template, err := p.deviceTemplate(key.Public(), "SHORT")
	require.NoError(t, err)
	return sign(t, p.DeviceCA, template, key.Public())
}

func TestKindsHaveNames(t *testing.T) {
	for kind := NoCertificate; kind <= Revoked; kind++ {
		assert.NotContains(t, kind.String(), "kind ")
	}
	assert.Equal(t, "kind 99", Kind(99).String())
}

func BenchmarkVerifyDevice(b *testing.B) {
	p := newPKI(b)
	id, err := p.IssueDevice(nil, "")
	require.NoError(b, err)
	chain := chainOf(b, id)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.VerifyDevice(chain, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyProvider(b *testing.B) {
	p := newPKI(b)
	id, err := p.IssueProvider(ProviderRequest{Topic: "com.example.app"})
	require.NoError(b, err)
	chain := chainOf(b, id)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.VerifyProvider(chain, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAListedCertificateIsValidWhileItIsListed(t *testing.T) {
	p := newPKI(t)
	prov, err := p.IssueProvider(ProviderRequest{Topic: "com.example.app", TeamID: "TEAM000001", Listed: true})
	require.NoError(t, err)
	verify := func() error {
		_, err := p.VerifyProvider(chainOf(t, prov), noon)
		return err
	}
	require.ErrorContains(t, verify(), "was revoked with its team, which was deleted")
	serial := prov.Certificate.SerialNumber
	p.List(serial)
	require.NoError(t, verify())
	p.Revoke(serial)
	require.Error(t, verify())
	assert.True(t, p.Unlist(serial))
	require.ErrorContains(t, verify(), "was revoked with its team, which was deleted")
	p.List(serial)
	require.NoError(t, verify(), "nothing is remembered of it")

	other, err := p.IssueProvider(ProviderRequest{Topic: "com.example.app"})
	require.NoError(t, err)
	p.List(other.Certificate.SerialNumber)
	assert.False(t, p.Unlist(other.Certificate.SerialNumber), "others are valid without a list")
	_, err = p.VerifyProvider(chainOf(t, other), noon)
	require.NoError(t, err)
}
