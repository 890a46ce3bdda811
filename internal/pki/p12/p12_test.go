package p12

import (
	"bytes"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/apns-sim/apns-sim/internal/pki"
)

func newIdentity(t *testing.T, useRSA bool) (*pki.PKI, *pki.Identity) {
	t.Helper()
	p, err := pki.New(pki.Options{})
	require.NoError(t, err)
	id, err := p.IssueProvider(pki.ProviderRequest{Topic: "com.example.app", TeamID: "TEAM123456", RSA: useRSA})
	require.NoError(t, err)
	return p, id
}

func TestIdentityIsReadBack(t *testing.T) {
	for name, format := range map[string]Format{"modern": Modern, "legacy": Legacy, "RC2": RC2} {
		for kind, useRSA := range map[string]bool{"EC": false, "RSA": true} {
			t.Run(name+" "+kind, func(t *testing.T) {
				_, id := newIdentity(t, useRSA)
				data, err := Encode(format, id, "secret")
				require.NoError(t, err)
				got, err := Decode(data, "secret")
				require.NoError(t, err)
				if format != Modern { // readers in Go expect one certificate and one key
					id.Chain = id.Chain[:1]
				}
				assert.Equal(t, id, got)
			})
		}
	}
}

// observed: exports of Keychain and of OpenSSL 1 have the certificate under RC2-40,
// with pbeWithSHAAnd40BitRC2-CBC, 1.2.840.113549.1.12.1.6: RFC 7292, C
func TestAnOldExportHasItsCertificateUnderRC2(t *testing.T) {
	_, id := newIdentity(t, true)
	rc2 := []byte{0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x06}
	for format, want := range map[Format]bool{Modern: false, Legacy: false, RC2: true} {
		data, err := Encode(format, id, "secret")
		require.NoError(t, err)
		assert.Equal(t, want, bytes.Contains(data, rc2), format)
	}
}

func TestTrustStoreHoldsTheRoot(t *testing.T) {
	p, _ := newIdentity(t, false)
	data, err := EncodeTrust(Modern, []*x509.Certificate{p.Root.Certificate}, "changeit")
	require.NoError(t, err)
	certs, err := pkcs12.DecodeTrustStore(data, "changeit")
	require.NoError(t, err)
	assert.Equal(t, []*x509.Certificate{p.Root.Certificate}, certs)
}

func TestWrongUseIsRejected(t *testing.T) {
	p, id := newIdentity(t, false)
	_, err := Encode(Modern, id, "")
	require.ErrorContains(t, err, "needs a password")
	_, err = EncodeTrust(Modern, []*x509.Certificate{p.Root.Certificate}, "")
	require.ErrorContains(t, err, "needs a password")
	_, err = Encode(Format(9), id, "secret")
	require.ErrorContains(t, err, "no format 9")
	_, err = Encode(Modern, &pki.Identity{}, "secret")
	require.ErrorContains(t, err, "no certificate")

	data, err := Encode(Modern, id, "secret")
	require.NoError(t, err)
	_, err = Decode(data, "guess")
	require.ErrorIs(t, err, ErrPassword)
}

func TestAFileThatCannotBeDecodedIsRejectedWithItsCause(t *testing.T) {
	_, id := newIdentity(t, false)
	whole, err := Encode(Modern, id, "secret")
	require.NoError(t, err)
	open, err := pkcs12.Passwordless.Encode(id.Key, id.Certificate, nil, "")
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(id.Key)
	require.NoError(t, err)
	alone, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{id.Certificate}, "secret")
	require.NoError(t, err)
	// SHA-256, 2.16.840.1.101.3.4.2.1, of the MAC, which is behind all that it protects,
	// becomes SHAKE256, .12: RFC 8702, 2
	sha256 := []byte{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}
	at := bytes.LastIndex(whole, sha256)
	require.Positive(t, at)
	other := bytes.Clone(whole)
	other[at+len(sha256)-1] = 12
	for _, tc := range []struct {
		name, password string
		data           []byte
		want           string
	}{
		{"another password", "guess", whole, "wrong password, or a damaged file"},
		{"no password", "", whole, "wrong password, or a damaged file"},
		{"half of a file", "secret", whole[:len(whole)/2], "not a PKCS#12 file, or a damaged one"},
		{"no file", "secret", []byte{0x30}, "not a PKCS#12 file, or a damaged one"},
		{"a certificate", "secret", id.Certificate.Raw, "a certificate without a key (DER), not PKCS#12"},
		{"a key", "secret", key, "a private key without a certificate (DER), not PKCS#12"},
		{"a file without a password", "secret", open, "not protected by a password; read it without one"},
		{"certificates alone", "secret", alone, "export the certificate together with its private key"},
		{"an algorithm nobody reads", "secret", other, "whatever its password"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Decode(tc.data, tc.password)
			require.ErrorContains(t, err, tc.want)
			assert.Equal(t, strings.Contains(tc.want, "wrong password"), errors.Is(err, ErrPassword), "a password is blamed only if it is wrong")
		})
	}
	got, err := Decode(open, "")
	require.NoError(t, err)
	assert.Equal(t, id.Certificate.Raw, got.Certificate.Raw)
}
