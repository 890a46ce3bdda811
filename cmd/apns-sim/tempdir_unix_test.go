//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestANamedPipeInPlaceOfALockBlocksNoStart(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	strange := filepath.Join(parent, "apns-sim-123")
	require.NoError(t, os.Mkdir(strange, 0o700))
	require.NoError(t, syscall.Mkfifo(filepath.Join(strange, lockName), 0o600))
	folder, err := newTempDir()
	require.NoError(t, err)
	assert.DirExists(t, strange, "it is somebody else's")
	require.NoError(t, folder.remove())
}

func TestANamedPipeInPlaceOfAReadyFileIsRefusedAtOnceAndStays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, syscall.Mkfifo(file, 0o600))
	assert.Equal(t, exitNotReady, invoke(t, "ready", "--ready-file", file).code)
	assert.Equal(t, exitUsage, invoke(t, "serve", "--any-port", "--ready-file", file).code)
	pipe, err := os.Lstat(file)
	require.NoError(t, err)
	assert.Equal(t, os.ModeNamedPipe, pipe.Mode().Type())
}
