package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/truststore"
)

// withTrustStore sets a system in a directory, as Debian has it, whose commands do nothing.
// It returns the directory of roots.
func withTrustStore(t *testing.T) (dir string) {
	t.Helper()
	root := t.TempDir()
	systemTrust = truststore.System{
		OS: "linux", Root: root, UserDir: root,
		Run:      func(context.Context, string, ...string) ([]byte, error) { return nil, nil },
		LookPath: func(name string) (string, error) { return name, nil },
	}
	t.Cleanup(func() { systemTrust = truststore.System{} })
	dir = filepath.Join(root, "/usr/local/share/ca-certificates")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	return dir
}

// roots lists the files in a directory of roots.
func roots(t *testing.T, dir string) (paths []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		paths = append(paths, filepath.Join(dir, e.Name()))
	}
	return paths
}

func TestTheRootIsInstalledAfterItWasSaidAndRemovedAgain(t *testing.T) {
	dir, certs := withTrustStore(t), initialized(t)
	file := filepath.Join(certs, "ca.pem")
	shown := succeed(t, "ca", "install", file, "--dry-run")
	assert.Empty(t, roots(t, dir), "nothing is done")
	assert.Contains(t, shown, "for push.apple.com, albert.apple.com, localhost,")
	done := succeed(t, "ca", "install", file)
	assert.Equal(t, shown+"installed; to remove it: apns-sim ca uninstall "+file+"\n", done)
	installed := roots(t, dir)
	require.Len(t, installed, 1)
	assert.Equal(t, read(t, file), read(t, installed[0]))
	assert.Contains(t, shown, "write "+installed[0]+"\nrun update-ca-certificates\n")

	assert.Contains(t, succeed(t, "ca", "uninstall", installed[0]), "removed\n", "by the file that was installed, if there is no other")
	assert.Empty(t, roots(t, dir))
	o := invoke(t, "ca", "uninstall", file)
	assert.Equal(t, exitFailure, o.code)
	assert.Contains(t, o.stderr, "the root is not installed")
}

func TestTheRootOfARunningSimulatorIsTheDefault(t *testing.T) {
	dir := withTrustStore(t)
	d := drive(t)
	d.do("ca", "install")
	installed := roots(t, dir)
	require.Len(t, installed, 1)
	assert.Equal(t, read(t, d.server.CAFile), read(t, installed[0]))
	d.do("ca", "uninstall")
	assert.Empty(t, roots(t, dir))
}

func TestOnlyARootWithNameConstraintsIsInstalled(t *testing.T) {
	dir, certs := withTrustStore(t), initialized(t)
	o := invoke(t, "ca", "install", filepath.Join(certs, "provider.pem"))
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "provider.pem: there is more than one certificate or a key; give the root certificate alone")
	assert.Empty(t, roots(t, dir))
}
