package sim_test

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// wantUsable reads the files of a ready record as a provider does.
func wantUsable(t *testing.T, s *sim.Simulator) {
	t.Helper()
	root, err := os.ReadFile(s.Info().CAFile)
	require.NoError(t, err)
	assert.Equal(t, string(s.RootPEM()), string(root))
	key, err := keystore.LoadSigningKey(s.Info().DefaultTeam.KeyFile, s.Info().DefaultTeam.TeamID, "")
	require.NoError(t, err)
	assert.Equal(t, s.Info().DefaultTeam.KeyID, key.KeyID)
	assert.Equal(t, sim.DefaultTeam, accepts(t, s, key))
	_, err = tls.LoadX509KeyPair(s.Info().DefaultTeam.CertificateFile, s.Info().DefaultTeam.CertificateFile)
	assert.NoError(t, err)
}

func TestFilesForProvidersAreWrittenWhereTheyWereAskedFor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "Start")
	s := start(t, sim.Config{FileDir: dir})
	assert.Equal(t, filepath.Join(dir, "ca.pem"), s.Info().CAFile)
	assert.Equal(t, filepath.Join(dir, "AuthKey_SIMKEY0001.p8"), s.Info().DefaultTeam.KeyFile)
	assert.Equal(t, filepath.Join(dir, "provider.pem"), s.Info().DefaultTeam.CertificateFile)
	wantUsable(t, s)
}

func TestFilesOfADirectoryOfSecretsAreNamedWhereTheyLie(t *testing.T) {
	dir := t.TempDir()
	_, err := saved(t, dir).SaveDefaultCertificate(dir)
	require.NoError(t, err)
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	s := start(t, sim.Config{Secrets: secrets})
	assert.Equal(t, filepath.Join(dir, "ca.pem"), s.Info().CAFile)
	assert.Equal(t, filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "AuthKey_SIMKEY0001.p8"), s.Info().DefaultTeam.KeyFile)
	wantUsable(t, s)

	require.NoError(t, os.Remove(s.Info().DefaultTeam.CertificateFile))
	assert.Empty(t, start(t, sim.Config{Secrets: secrets}).Info().DefaultTeam.CertificateFile, "nobody is obliged to keep it")

	asked := t.TempDir()
	s = start(t, sim.Config{Secrets: secrets, FileDir: asked})
	assert.Equal(t, filepath.Join(asked, "ca.pem"), s.Info().CAFile, "but what is asked for is done")
	wantUsable(t, s)
}

func TestFilesThatCannotBeWrittenStopTheStartAndCloseTheListeners(t *testing.T) {
	for _, tc := range []struct{ name, obstacle string }{
		{"the folder is a file", ""},
		{"the root", "ca.pem"},
		{"the key", "AuthKey_SIMKEY0001.p8"},
		{"the certificate", "provider.pem"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "files")
			if tc.obstacle == "" {
				require.NoError(t, os.WriteFile(dir, nil, 0o600))
			} else {
				require.NoError(t, os.MkdirAll(filepath.Join(dir, tc.obstacle, "full"), 0o700))
			}
			address := freeAddress(t)
			s, err := sim.New(sim.Config{FileDir: dir, Addresses: sim.Addresses{sim.Provider: address}})
			require.NoError(t, err)
			assert.ErrorContains(t, s.Start(), filepath.Join(dir, tc.obstacle))
			assert.NoError(t, listen(t, address).Close())
		})
	}
}
