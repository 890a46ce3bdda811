package sim_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// saved is a directory with secrets, and the secrets.
func saved(t *testing.T, dir string) *keystore.Secrets {
	t.Helper()
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	require.NoError(t, secrets.Save(dir))
	return secrets
}

func TestDeviceTokensOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	before, err := sim.New(sim.Config{Secrets: saved(t, dir)})
	require.NoError(t, err)
	device := tokenvault.Address{Environment: apns.Sandbox, Device: apns.DeviceID{7}}
	topic := apns.HashTopic(sim.DefaultTopic)
	token := before.Vault.Issue(device, &topic)

	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	after, err := sim.New(sim.Config{Secrets: secrets})
	require.NoError(t, err)
	claims, err := after.Vault.Decrypt([]byte(token))
	require.NoError(t, err)
	assert.Equal(t, device, claims.Address)
	assert.True(t, claims.ForTopic(topic))

	other, err := sim.New(sim.Config{})
	require.NoError(t, err)
	_, err = other.Vault.Decrypt([]byte(token))
	assert.ErrorIs(t, err, tokenvault.ErrNotIssued, "other secrets are another APNs")
}

func TestTheRootIsWhatClientsTrust(t *testing.T) {
	dir := t.TempDir()
	secrets := saved(t, dir)
	onDisk, err := os.ReadFile(filepath.Join(dir, pki.RootFile))
	require.NoError(t, err)
	s := start(t, sim.Config{Secrets: secrets})
	assert.Equal(t, string(onDisk), string(s.RootPEM()))
	assert.NotEmpty(t, presented(t, s).DNSNames, "the handshake succeeds with it")
}
