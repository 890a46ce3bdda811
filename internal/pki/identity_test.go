package pki

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIdentityIsReadBackFromPEM(t *testing.T) {
	p := newPKI(t)
	for name, useRSA := range map[string]bool{"EC P-256": false, "RSA 2048": true} {
		t.Run(name, func(t *testing.T) {
			id, err := p.IssueProvider(ProviderRequest{Topic: "a.b", RSA: useRSA})
			require.NoError(t, err)
			both, err := id.PEM()
			require.NoError(t, err)
			got, err := ParseIdentity(both)
			require.NoError(t, err)
			assert.Equal(t, id, got)

			key, err := id.KeyPEM()
			require.NoError(t, err)
			got, err = ParseIdentity(key, id.CertificatePEM())
			require.NoError(t, err, "in two pieces, the key first")
			assert.Equal(t, id.TLS(), got.TLS())
		})
	}
}

func TestIdentityIsSavedAsTwoFiles(t *testing.T) {
	id, err := newPKI(t).IssueDevice(nil, "")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, id.Save(dir, "device"))
	cert, err := os.ReadFile(filepath.Join(dir, "device.pem"))
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(dir, "device.key"))
	require.NoError(t, err)
	got, err := ParseIdentity(cert, key)
	require.NoError(t, err)
	assert.Equal(t, id, got)
}

func TestIncompletePEMIsRejected(t *testing.T) {
	p := newPKI(t)
	id, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	key, err := id.KeyPEM()
	require.NoError(t, err)
	other, err := keyPEM(p.Root.Key.(*ecdsa.PrivateKey))
	require.NoError(t, err)
	cert := id.CertificatePEM()
	for _, row := range []struct {
		pieces [][]byte
		want   string
	}{
		{nil, "no CERTIFICATE block"},
		{[][]byte{cert}, "no PRIVATE KEY block"},
		{[][]byte{cert, other}, "belongs to another certificate"},
		{[][]byte{cert, key, other}, "more than one PRIVATE KEY"},
		{[][]byte{block("PUBLIC KEY")}, "PUBLIC KEY block where"},
		{[][]byte{block("PRIVATE KEY")}, "decode private key"},
	} {
		_, err := ParseIdentity(row.pieces...)
		assert.ErrorContains(t, err, row.want)
	}
}

// block is a PEM block of the type, with nothing sensible in it.
func block(kind string) []byte {
	return []byte("-----BEGIN " + kind + "-----\nAAAA\n-----END " + kind + "-----\n")
}

func TestP8IsReadBack(t *testing.T) {
	key, err := NewKey()
	require.NoError(t, err)
	text, err := MarshalP8(key)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(text), "-----BEGIN PRIVATE KEY-----\n"), "as Apple writes it")
	got, err := ParseP8(append([]byte("\n"), append(text, '\n')...))
	require.NoError(t, err)
	assert.True(t, key.Equal(got))
}

func TestP8IsReadAsPeopleHaveIt(t *testing.T) {
	key, err := NewKey()
	require.NoError(t, err)
	text, err := MarshalP8(key)
	require.NoError(t, err)
	replaced := func(newline string) string { return strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", newline) }
	for what, form := range map[string]string{
		"Windows":                    replaced("\r\n"),
		"old Mac":                    replaced("\r"),
		"a byte order mark":          "\ufeff" + string(text),
		"a byte order mark and CRLF": "\ufeff" + replaced("\r\n"),
		"one line":                   replaced(""),
		"one line with spaces":       replaced(" "),
		"\\n written out":            replaced(`\n`),
		"\\r\\n written out":         replaced(`\r\n`),
		"quotes":                     `"` + replaced(`\n`) + `"`,
		"single quotes":              "'" + string(text) + "'",
		"indented, as in YAML":       "  " + replaced("\n  "),
		"base64 once more":           base64.StdEncoding.EncodeToString(text),
		"no newline at the end":      replaced("\n"),
	} {
		got, err := ParseP8([]byte(form))
		require.NoError(t, err, what)
		assert.True(t, key.Equal(got), what)
	}
}

func FuzzNormalizePEM(f *testing.F) {
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n"))
	f.Add([]byte(`"-----BEGIN A-----\nAAAA\n-----END A-----"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := normalizePEM(data)
		if err != nil {
			return
		}
		if was, _ := pem.Decode(data); was != nil && len(was.Headers) == 0 && !bytes.ContainsAny(data, `\"'`) {
			is, _ := pem.Decode(once)
			if is == nil || is.Type != was.Type || !bytes.Equal(is.Bytes, was.Bytes) {
				t.Fatalf("%q was %v and became %v", data, was, is)
			}
		}
	})
}

// ofOld is a block that is encrypted as RFC 1421 has it.
func ofOld(blockType string) []byte {
	return pem.EncodeToMemory(&pem.Block{
		Type: blockType, Bytes: []byte("sixteen bytes..."),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,2FF0775BDBB785831B380A536C63CD88"},
	})
}

func TestP8ThatIsNoSigningKeyIsRejectedWithTheReason(t *testing.T) {
	good, err := NewKey()
	require.NoError(t, err)
	text, err := MarshalP8(good)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(good)
	require.NoError(t, err)
	rsaText, err := keyPEM(rsaKey(t, 1024))
	require.NoError(t, err)
	p384Text, err := keyPEM(p384(t))
	require.NoError(t, err)
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	exchangeDER, err := x509.MarshalPKCS8PrivateKey(exchange)
	require.NoError(t, err)
	for _, row := range []struct {
		text []byte
		want string
	}{
		{nil, "it is empty"},
		{[]byte("AuthKey"), "no PEM block"},
		{text[:len(text)-30], "-----END PRIVATE KEY----- line is missing"},
		{bytes.ReplaceAll(text, []byte("M"), []byte("*")), "no base64"},
		{bytes.Join(bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:4], nil), "without its first and last line"},
		{der, "it is DER"},
		{[]byte("\xff\xfe-\x00-\x00"), "UTF-16"},
		{block("EC PRIVATE KEY"), "openssl pkcs8 -topk8"},
		{block("ENCRYPTED PRIVATE KEY"), "the key is encrypted"},
		{ofOld("EC PRIVATE KEY"), "the key is encrypted"},
		{ofOld("RSA PRIVATE KEY"), "the key is encrypted"},
		{bytes.ReplaceAll(ofOld("EC PRIVATE KEY"), []byte("\n"), []byte(" ")), "the key is encrypted"},
		{block("CERTIFICATE"), "CERTIFICATE block where"},
		{block("PRIVATE KEY"), "decode private key"},
		{append(text, text...), "one key per file"},
		{rsaText, "ES256 needs an EC P-256 key"},
		{p384Text, "P-384"},
		{pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: exchangeDER}), "cannot sign"},
	} {
		_, err := ParseP8(row.text)
		require.ErrorContains(t, err, row.want)
		assert.NotContains(t, err.Error(), "MIG")
	}
	wrong, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	require.NoError(t, err)
	for _, key := range []*ecdsa.PrivateKey{wrong, nil} {
		_, err = MarshalP8(key)
		assert.ErrorContains(t, err, "EC P-256")
	}
}
