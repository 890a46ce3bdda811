package sim_test

import (
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

const day = 24 * time.Hour

// warned opens the secrets in a directory and returns what the log says.
func warned(t *testing.T, dir string) string {
	t.Helper()
	var log strings.Builder
	_, err := reopened(t, dir, sim.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	return log.String()
}

// Kubernetes mounts secrets with fsGroup as 0440 or 0640, git keeps no mode but 0644.
func TestKeysThatOthersMayReadAreAWarning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such permissions")
	}
	for _, mode := range []os.FileMode{0o640, 0o440, 0o644} {
		dir := t.TempDir()
		saved(t, dir)
		assert.Empty(t, warned(t, dir))
		keys := []string{filepath.Join(dir, "ca.key"), filepath.Join(dir, "token.key"), filepath.Join(sim.KeyFolder(dir, sim.DemoTeam), "AuthKey_SIMKEY0001.p8")}
		for _, key := range keys {
			require.NoError(t, os.Chmod(key, mode))
		}
		log := warned(t, dir)
		assert.Equal(t, 1, strings.Count(log, "level=WARN"), "%04o: %s", mode, log)
		for _, key := range keys {
			assert.Contains(t, log, key)
		}
	}
}

func TestCertificatesThatEndAreRenewedOrToldOf(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	secrets, err := sim.LoadSecrets(dir)
	require.NoError(t, err)
	issue := func(name string, end time.Duration) {
		t.Helper()
		id, err := secrets.PKI.IssueProvider(pki.ProviderRequest{
			Topic: sim.DemoTopic, TeamID: sim.DemoTeam, NotBefore: time.Now().Add(-100 * day), NotAfter: time.Now().Add(end),
		})
		require.NoError(t, err)
		text, err := id.PEM()
		require.NoError(t, err)
		require.NoError(t, pki.WriteSecret(filepath.Join(dir, name), text))
	}
	issue(sim.DemoCertificateFile, 5*day)
	issue("ended.pem", -day)
	issue("ending.pem", 29*day)
	issue("good.pem", 31*day)
	log := warned(t, dir)
	assert.Contains(t, log, "ended.pem has ended on")
	assert.Contains(t, log, "ending.pem ends on")
	assert.Equal(t, 2, strings.Count(log, "level=WARN"), log)

	text, err := os.ReadFile(filepath.Join(dir, sim.DemoCertificateFile))
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Greater(t, time.Until(cert.NotAfter), 300*day, "the default team's is renewed")
}

func TestACertificateOfAnotherAuthorityIsNotRenewed(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	stranger, err := pki.New(pki.Options{})
	require.NoError(t, err)
	id, err := stranger.IssueProvider(pki.ProviderRequest{Topic: "a.b", NotAfter: time.Now().Add(day)})
	require.NoError(t, err)
	text, err := id.PEM()
	require.NoError(t, err)
	path := filepath.Join(dir, sim.DemoCertificateFile)
	require.NoError(t, pki.WriteSecret(path, text))
	assert.Contains(t, warned(t, dir), sim.DemoCertificateFile+" ends on")
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, text, now)
}
