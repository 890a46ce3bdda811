package keystore_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

const day = 24 * time.Hour

// warned loads the secrets in a directory and returns the warnings.
func warned(t *testing.T, dir string) []string {
	t.Helper()
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	return secrets.Review(time.Now())
}

// Kubernetes mounts secrets with fsGroup as 0440 or 0640, git keeps no mode but 0644.
func TestKeysThatOthersMayReadAreAWarning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	for _, mode := range []os.FileMode{0o640, 0o440, 0o644} {
		dir := t.TempDir()
		saved(t, dir)
		assert.Empty(t, warned(t, dir))
		keys := []string{filepath.Join(dir, "ca.key"), filepath.Join(dir, "device-token.key"), filepath.Join(keystore.KeyFolder(dir, keystore.DefaultTeam), "AuthKey_SIMKEY0001.p8")}
		for _, key := range keys {
			require.NoError(t, os.Chmod(key, mode))
		}
		warnings := warned(t, dir)
		require.Len(t, warnings, 1, "%04o", mode)
		for _, key := range keys {
			assert.Contains(t, warnings[0], key)
		}
	}
}

func TestExpiringCertificatesAreRenewedOrAWarning(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	issue := func(name string, end time.Duration) {
		t.Helper()
		id, err := secrets.PKI.IssueProvider(pki.ProviderRequest{
			Topic: keystore.DefaultTopic, TeamID: keystore.DefaultTeam, NotBefore: time.Now().Add(-100 * day), NotAfter: time.Now().Add(end),
		})
		require.NoError(t, err)
		text, err := id.PEM()
		require.NoError(t, err)
		require.NoError(t, pki.WriteSecret(filepath.Join(dir, name), text))
	}
	issue(keystore.DefaultCertificateFile, 5*day)
	issue("expired.pem", -day)
	issue("expiring.pem", 29*day)
	issue("good.pem", 31*day)
	warnings := warned(t, dir)
	require.Len(t, warnings, 2)
	assert.Contains(t, warnings[0], "expired.pem expired on")
	assert.Contains(t, warnings[1], "expiring.pem expires on")

	text, err := os.ReadFile(filepath.Join(dir, keystore.DefaultCertificateFile))
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Greater(t, time.Until(cert.NotAfter), 300*day, "the default team's is renewed")
}

func TestACertificateOfAnotherAuthorityIsNotRenewed(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	other, err := pki.New(pki.Options{})
	require.NoError(t, err)
	id, err := other.IssueProvider(pki.ProviderRequest{Topic: "a.b", NotAfter: time.Now().Add(day)})
	require.NoError(t, err)
	text, err := id.PEM()
	require.NoError(t, err)
	path := filepath.Join(dir, keystore.DefaultCertificateFile)
	require.NoError(t, pki.WriteSecret(path, text))
	assert.Contains(t, warned(t, dir)[0], keystore.DefaultCertificateFile+" expires on")
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, text, now)
}
