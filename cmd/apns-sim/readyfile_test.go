package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// readyFileOf writes the ready file of a simulator.
func readyFileOf(t *testing.T, info sim.Info) string {
	t.Helper()
	text, err := json.Marshal(info)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// gone is the id of a process that has ended.
func gone(t *testing.T) int {
	t.Helper()
	child := exec.Command("true")
	require.NoError(t, child.Run())
	return child.Process.Pid
}

func TestTheReadyFileOfAKilledSimulatorIsNotReady(t *testing.T) {
	for _, tc := range []struct {
		name string
		info sim.Info
		want string
	}{
		{"its control API is gone", sim.Info{PID: os.Getpid(), Control: "http://" + free(t)}, "which does not answer: "},
		{"its process is gone", sim.Info{PID: gone(t)}, "which does not run any more"},
		{"it has no process", sim.Info{}, "which does not run any more"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := invoke(t, "ready", "--ready-file", readyFileOf(t, tc.info))
			assert.Equal(t, exitNotReady, o.code)
			assert.Contains(t, o.stderr, tc.want)
		})
	}
	assert.Equal(t, exitOK, invoke(t, "ready", "--ready-file", readyFileOf(t, sim.Info{PID: os.Getpid()})).code, "without control API the process tells")
}

func TestServeRemovesTheReadyFileOfAKilledSimulatorAtItsStart(t *testing.T) {
	// It never gets ready: an address is taken.
	start := []string{"serve", "--listen", taken(t), "--ready-file"}
	stale := readyFileOf(t, sim.Info{PID: gone(t)})
	assert.Equal(t, exitAddress, invoke(t, append(start, stale)...).code)
	assert.NoFileExists(t, stale)

	other := serve(t, "--any-port")
	current := readyFileOf(t, sim.Info{PID: gone(t), Control: other.Control})
	assert.Equal(t, exitAddress, invoke(t, append(start, current)...).code)
	assert.FileExists(t, current, "that of a running simulator stays")
}

func TestNobodyReadingTheReadyRecordLeavesTheEndAsItIs(t *testing.T) {
	stdout := blocked{make(chan struct{})}
	t.Cleanup(func() { close(stdout.released) })
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	var stderr strings.Builder
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--any-port", "--ready", "json", "--ready-file", file}, &console{strings.NewReader(""), stdout, &stderr})
	}()
	succeed(t, "ready", "--ready-file", file, "--wait", "20s")
	cancel()
	assert.Equal(t, exitFailure, <-code)
	assert.Contains(t, stderr.String(), "write the ready record: nobody reads it")
}
