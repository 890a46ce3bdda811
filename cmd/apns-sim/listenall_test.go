package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestListenAllMovesEveryListenerToAHostWithItsPort(t *testing.T) {
	c, _, err := parseArgs(t, []string{"serve", "--listen-all", "0.0.0.0"})
	require.NoError(t, err)
	assert.Equal(t, sim.Addresses{
		sim.Provider: "0.0.0.0:2197", sim.Provider443: sim.AutoAt("0.0.0.0"), sim.ProviderSandbox: "0.0.0.0:2198",
		sim.Device: "0.0.0.0:5223", sim.DeviceSandbox: "0.0.0.0:5224", sim.Channels: "0.0.0.0:2196", sim.ChannelsSandbox: "0.0.0.0:2195",
		sim.ControlListener: "0.0.0.0:8197", sim.ProxyListener: sim.Off,
	}, c.Serve.addresses())
	c.Serve.ListenAll = "::"
	assert.Equal(t, "[::]:5223", c.Serve.addresses()[sim.Device])
}

func TestListenAllLeavesAddressesThatAreSetAsTheyAre(t *testing.T) {
	c, _, err := parseArgs(t, []string{"serve", "--listen-all", "0.0.0.0", "--listen-control", "127.0.0.1:8197", "--listen-device", "off"})
	require.NoError(t, err)
	c.Serve.chosen = func(flag string) bool { return flag == "listen-control" || flag == "listen-device" }
	addresses := c.Serve.addresses()
	assert.Equal(t, "127.0.0.1:8197", addresses[sim.ControlListener])
	assert.Equal(t, sim.Off, addresses[sim.Device])
	assert.Empty(t, c.Serve.controlToken(), "the control API is on loopback")
}

func TestListenAllWithAnyPortTakesAFreePortOfTheHost(t *testing.T) {
	t.Setenv("APNS_SIM_LISTEN_ALL", "0.0.0.0")
	s := serve(t, "--any-port")
	require.NotEmpty(t, s.ControlTokenFile, "others can reach the control API, so it requires a token")
	other := otherLoopback(t)
	for _, address := range []string{s.Device, s.DeviceSandbox} {
		_, port, err := net.SplitHostPort(address)
		require.NoError(t, err)
		conn, err := net.Dial("tcp", net.JoinHostPort(other, port))
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
}

// otherLoopback is an address at which nobody reaches a listener on 127.0.0.1, and nobody
// outside reaches this machine.
func otherLoopback(t *testing.T) string {
	t.Helper()
	const address = "127.0.0.2"
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address+":0")
	if err != nil {
		t.Skip("this system has one loopback address only:", err)
	}
	require.NoError(t, ln.Close())
	return address
}

func TestListenAllTakesAHostWithoutPort(t *testing.T) {
	o := invoke(t, "serve", "--any-port", "--listen-all", "0.0.0.0:80")
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, `--listen-all: "0.0.0.0:80" is neither a host name nor an IP address`)
	assert.Contains(t, o.stderr, "write one such as 0.0.0.0")
}

func TestWithoutAFolderForTemporaryFilesTheSimulatorRunsAndSaysSo(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	s := serve(t, "--any-port")
	assert.Empty(t, s.CAFile)
	assert.Contains(t, s.stop().stderr, "no files with keys and certificates are written")
}

func TestAGeneratedTokenThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	o := invoke(t, "serve", "--any-port", "--listen-all", "0.0.0.0")
	assert.Equal(t, exitFailure, o.code)
	assert.Contains(t, o.stderr, "set a directory with --files; or set the token with --control-token")
	_, err := os.Stat(os.Getenv("TMPDIR"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
