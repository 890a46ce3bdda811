package pki

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saved makes authorities as of now and saves them.
func saved(t *testing.T, o Options) (*PKI, string) {
	t.Helper()
	p, err := New(o)
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "certs")
	require.NoError(t, p.Save(dir))
	return p, dir
}

func TestSavedAuthoritiesAreLoadedAgain(t *testing.T) {
	p, dir := saved(t, Options{ExtraNames: []string{"apns.example.test", "10.1.2.3"}})
	q, err := Load(dir)
	require.NoError(t, err)

	assert.Equal(t, p.RootPEM(), q.RootPEM())
	leaf := leafFor(t, newServers(t, q, false), "")
	require.NoError(t, leaf.VerifyHostname("apns.example.test"), "the names of the former server are kept")
	require.NoError(t, leaf.VerifyHostname("10.1.2.3"))

	prov, err := p.IssueProvider(ProviderRequest{Topic: "a.b"})
	require.NoError(t, err)
	_, err = q.VerifyProvider(chainOf(t, prov), time.Now())
	require.NoError(t, err, "certificates outlive a restart")
	dev, err := q.IssueDevice(nil, "")
	require.NoError(t, err)
	_, err = p.VerifyDevice(chainOf(t, dev), time.Now())
	assert.NoError(t, err)
}

func TestKeysAreSavedForTheirOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such permissions")
	}
	_, dir := saved(t, Options{})
	want := map[string]os.FileMode{}
	for _, stem := range []string{"ca", "server-ca", "provider-ca", "device-ca"} {
		want[stem+".pem"], want[stem+".key"] = 0o644, 0o600
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := map[string]os.FileMode{}
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		got[e.Name()] = info.Mode().Perm()
	}
	assert.Equal(t, want, got, "and nothing else is left behind")
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestInvalidDirectoryIsRejectedWithTheFileAndTheRemedy(t *testing.T) {
	_, other := saved(t, Options{})
	for _, row := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		file   string
		says   string
	}{
		{"no directory", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) }, "ca.pem", "apns-sim ca init"},
		{"a certificate is missing", remove("device-ca.pem"), "device-ca.pem", "apns-sim ca init"},
		{"a key is missing", remove("provider-ca.key"), "provider-ca.key", "apns-sim ca init"},
		{"a certificate is empty", write("server-ca.pem", ""), "server-ca.pem", "no CERTIFICATE block"},
		{"a key is empty", write("server-ca.key", ""), "server-ca.pem", "no PRIVATE KEY block"},
		{"a certificate is damaged", write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "ca.pem", "malformed"},
		{"a key is in the old form", write("ca.key", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"), "ca.key", "openssl pkcs8"},
		{"a file is huge", write("ca.pem", string(make([]byte, maxFile+1))), "ca.pem", "1048577 bytes"},
		{"a key of another certificate", borrow("ca.key", "device-ca.key"), "ca.pem", "belongs to another certificate"},
		{"an authority of another root", borrowFrom(other, "device-ca"), "device-ca.pem", "mixed"},
		{"a leaf in place of an authority", func(t *testing.T, dir string) {
			p, err := Load(dir)
			require.NoError(t, err)
			leaf, err := p.IssueDevice(nil, "")
			require.NoError(t, err)
			require.NoError(t, leaf.Save(dir, "device-ca"))
		}, "device-ca.pem", "not the certificate of an authority"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, dir := saved(t, Options{})
			row.damage(t, dir)
			_, err := Load(dir)
			require.ErrorContains(t, err, filepath.Join(dir, row.file))
			assert.ErrorContains(t, err, row.says)
		})
	}
}

func TestExpiredAuthoritiesAreRejected(t *testing.T) {
	_, dir := saved(t, Options{Now: time.Now().Add(-11 * 365 * day)})
	_, err := Load(dir)
	assert.ErrorContains(t, err, "ca.pem is valid from")
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, name))) }
}

func write(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		require.NoError(t, WriteSecret(filepath.Join(dir, name), []byte(text)))
	}
}

func borrow(name, from string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		data, err := os.ReadFile(filepath.Join(dir, from))
		require.NoError(t, err)
		write(name, string(data))(t, dir)
	}
}

// borrowFrom copies a certificate with its key from another directory.
func borrowFrom(other, stem string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, name := range []string{stem + ".pem", stem + ".key"} {
			data, err := os.ReadFile(filepath.Join(other, name))
			require.NoError(t, err)
			write(name, string(data))(t, dir)
		}
	}
}

func TestFailedWriteLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken"), 0o700))
	require.ErrorContains(t, WriteSecret(filepath.Join(dir, "taken"), []byte("x")), "taken")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	assert.ErrorContains(t, WritePublic(filepath.Join(dir, "missing", "x.pem"), nil), "missing")
}
