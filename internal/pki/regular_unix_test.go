//go:build unix

package pki_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/pki"
)

func TestANamedPipeIsRejectedWithoutWaiting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := pki.ReadRegular(path)
	assert.ErrorContains(t, err, path+" is not a regular file (mode prw-------)")
	_, err = pki.ReadRegular(filepath.Dir(path))
	assert.ErrorContains(t, err, "is not a regular file (mode d")
}

func TestADirectoryOfSecretsWithANamedPipeIsRejectedAtOnce(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, pki.RootFile), 0o600))
	_, err := pki.Load(dir)
	assert.ErrorContains(t, err, "ca.pem is not a regular file")
}
