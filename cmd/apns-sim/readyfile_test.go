package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// readyFileOf writes the ready file of a simulator.
func readyFileOf(t *testing.T, info sim.Info) string {
	t.Helper()
	info.Event = sim.ReadyEvent
	text, err := json.Marshal(info)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// endedPID returns the ID of a process that has ended.
func endedPID(t *testing.T) int {
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
		{"its control API is gone", sim.Info{PID: os.Getpid(), Control: "http://" + free(t)}, "which does not respond: "},
		{"its process is gone", sim.Info{PID: endedPID(t)}, "which no longer runs"},
		{"it has no process", sim.Info{}, "does not contain a ready record"},
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
	stale := readyFileOf(t, sim.Info{PID: endedPID(t)})
	assert.Equal(t, exitAddress, invoke(t, append(start, stale)...).code)
	assert.NoFileExists(t, stale)

	other := sim.Info{PID: endedPID(t)}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		assert.NoError(t, json.NewEncoder(w).Encode(other))
	}))
	defer api.Close()
	other.Control = api.URL
	current := readyFileOf(t, other)
	assert.Equal(t, exitAddress, invoke(t, append(start, current)...).code)
	assert.FileExists(t, current, "that of a running simulator stays")
}

func TestAReadyFileIsNotReadyIfAnotherSimulatorHasItsControlAPI(t *testing.T) {
	for _, token := range []string{"", "0123456789abcdef0123456789abcdef"} {
		other := serve(t, "--any-port", "--control-token", token)
		stale := sim.Info{PID: endedPID(t), Control: other.Control}
		o := invoke(t, "ready", "--ready-file", readyFileOf(t, stale), "--control-token", token)
		assert.Equal(t, exitNotReady, o.code)
		assert.Contains(t, o.stderr, fmt.Sprintf("belongs to process %d, but %s is another simulator, process %d", stale.PID, stale.Control, other.PID))
	}
}

func TestServeRemovesNothingButReadyFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		return filepath.Join(dir, name)
	}
	record := readyFileOf(t, sim.Info{PID: endedPID(t)})
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(record, link))
	folder := filepath.Join(dir, "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	for _, tc := range []struct {
		what, path string
		code       int
	}{
		{"text", write("text", "mine"), exitAddress},
		{"an empty file", write("empty", ""), exitAddress},
		{"JSON of somebody else", write("json", `{"pid":1}`), exitAddress},
		{"a symbolic link", link, exitUsage},
		{"a directory", folder, exitUsage},
	} {
		before, err := os.Lstat(tc.path)
		require.NoError(t, err)
		o := invoke(t, "serve", "--listen", taken(t), "--ready-file", tc.path) // it never gets ready: the address is taken
		assert.Equal(t, tc.code, o.code, tc.what)
		if tc.code == exitUsage {
			assert.Contains(t, o.stderr, "--ready-file: "+tc.path+" is not a regular file", tc.what)
		}
		after, err := os.Lstat(tc.path)
		if assert.NoError(t, err, tc.what) {
			assert.True(t, os.SameFile(before, after), tc.what)
		}
	}
	assert.FileExists(t, record)
	o := invoke(t, "serve", "--any-port", "--ready-file", os.DevNull)
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "is not a regular file")
}

func TestAReadyFileThatIsAnotherByNowStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ready.json")
	for _, tc := range []struct {
		what    string
		change  func() error
		remains bool
	}{
		{"nothing has changed", func() error { return nil }, false},
		{"it is gone already", func() error { return os.Remove(path) }, false},
		{"another has taken its place", func() error { return pki.WritePublic(path, []byte("record")) }, true},
		{"it was overwritten", func() error { return os.WriteFile(path, []byte("other"), 0o600) }, true},
	} {
		file := &readyFile{path: path}
		require.NoError(t, file.write([]byte("record")), "in the place of a regular file")
		require.NoError(t, tc.change())
		require.NoError(t, file.forget())
		_, err := os.Lstat(path)
		assert.Equal(t, tc.remains, err == nil, tc.what)
	}
	require.NoError(t, (&readyFile{path: path}).forget(), "a process that has written nothing removes nothing")
	assert.FileExists(t, path)
}

func TestNobodyReadingTheReadyRecordLeavesTheEndAsItIs(t *testing.T) {
	stdout := blocked{make(chan struct{})}
	t.Cleanup(func() { close(stdout.released) })
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	var stderr strings.Builder
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--any-port", "--ready", "json", "--ready-file", file}, newConsole(strings.NewReader(""), stdout, &stderr))
	}()
	succeed(t, "ready", "--ready-file", file, "--wait", "20s")
	cancel()
	assert.Equal(t, exitFailure, <-code)
	assert.Contains(t, stderr.String(), "write the ready record: standard output is not being read")
}
