package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestReadyTellsOfASimulatorThatIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	s := serve(t, "--any-port", "--ready-file", file)
	for _, args := range [][]string{
		{"--control", s.Control}, {"--control", s.Control, "--wait", "1m"}, {"--ready-file", file},
	} {
		code, stdout, stderr := cli(t, append([]string{"ready"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		var info sim.Info
		require.NoError(t, json.Unmarshal([]byte(stdout), &info))
		assert.Equal(t, s.Provider, info.Provider)
	}
}

func TestReadyEndsWithFiveIfThereIsNone(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, os.WriteFile(broken, []byte("{"), 0o600))
	mute, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	require.NoError(t, err)
	defer mute.Close()
	for _, args := range [][]string{
		{"--control", "http://" + mute.Addr().String(), "--wait", "30ms"},
		{"--control", "http://" + free(t)},
		{"--control", "http://" + free(t), "--wait", "30ms"},
		{"--ready-file", filepath.Join(t.TempDir(), "none")},
		{"--ready-file", broken},
	} {
		code, stdout, stderr := cli(t, append([]string{"ready"}, args...)...)
		assert.Equal(t, exitNotReady, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "apns-sim: the simulator is not ready: ")
	}
	code, _, _ := cli(t, "ready", "--wait=-1s")
	assert.Equal(t, exitUsage, code)
	code, _, _ = cli(t, "ready", "--control", "localhost")
	assert.Equal(t, exitUsage, code)
}

func TestReadyNeedsNoTokenToTellThatASimulatorIsReady(t *testing.T) {
	const token = "0123456789abcdef"
	s := serve(t, "--any-port", "--control-token", token)
	for _, given := range []string{"", "another-token-of-16"} {
		code, stdout, stderr := cli(t, "ready", "--control", s.Control, "--control-token", given)
		assert.Equal(t, exitOK, code, stderr)
		assert.Empty(t, stdout, "the ready record is for those who have the token")
		assert.Contains(t, stderr, "set --control-token")
	}
	code, stdout, _ := cli(t, "ready", "--control", s.Control, "--control-token", token)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, s.Provider)
}
