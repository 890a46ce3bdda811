package sim_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// atSocket is a configuration whose control API listens at a path.
func atSocket(path string) sim.Config {
	return sim.Config{Control: holdOpen, Addresses: sim.Addresses{sim.ControlListener: "unix:" + path}}
}

// socketDir is a directory with a short path.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // It is short.
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func TestTheControlAPIListensAtASocketForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(socketDir(t), "control.sock")
	s := start(t, atSocket(path))
	assert.Equal(t, "unix:"+path, s.Info().Control)
	assert.Equal(t, "unix:"+path, s.Info().Addresses()[sim.ControlListener], "for another simulator in its place")
	conn, err := net.Dial("unix", path)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	if runtime.GOOS != "windows" { // where the directory decides
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	require.NoError(t, s.Close())
	assert.NoFileExists(t, path)
}

func TestASocketThatAKilledProcessLeftIsReplaced(t *testing.T) {
	path := filepath.Join(socketDir(t), "control.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	require.NoError(t, err)
	left.SetUnlinkOnClose(false)
	require.NoError(t, left.Close())
	start(t, atSocket(path))
	conn, err := net.Dial("unix", path)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

func TestASocketOrFileThatSomebodyUsesIsLeftAlone(t *testing.T) {
	dir := socketDir(t)
	used, file := filepath.Join(dir, "used.sock"), filepath.Join(dir, "file")
	start(t, atSocket(used))
	require.NoError(t, os.WriteFile(file, []byte("content"), 0o600))
	long := filepath.Join(dir, strings.Repeat("x", 100))
	for path, want := range map[string]string{
		used:                              "another process listens there",
		file:                              "the file exists and is not a socket",
		filepath.Join(dir, "absent", "s"): "", // as the system says it
		long:                              fmt.Sprintf("the path of a socket can have 103 bytes, not %d", len(long)),
	} {
		s, err := sim.New(atSocket(path))
		require.NoError(t, err)
		err = s.Start()
		require.ErrorContains(t, err, "cannot listen on unix:"+path+" for control API: ")
		assert.ErrorContains(t, err, want)
		assert.Equal(t, 1, strings.Count(err.Error(), path), "the path is there once: %v", err)
	}
	conn, err := net.Dial("unix", used)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "content", string(content))
}
