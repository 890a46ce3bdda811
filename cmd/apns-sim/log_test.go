package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/logs"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestALogThatNobodyReadsStopsNeitherServiceNorShutdown(t *testing.T) {
	stderr := blocked{make(chan struct{})}
	t.Cleanup(func() { close(stderr.released) })
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--any-port", "--log-level", "debug", "--ready-file", file}, newConsole(strings.NewReader(""), io.Discard, stderr))
	}()
	succeed(t, "ready", "--ready-file", file, "--wait", "20s") // its welcome is not read, either
	info, err := readReadyFile(file)
	require.NoError(t, err)
	for range 2 * logs.DefaultLimit / 100 { // each is a line of the log, of more than 100 bytes
		conn, err := net.Dial("tcp", info.Device)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	succeed(t, "device", "create", "--control", info.Control)
	cancel()
	assert.Equal(t, exitOK, <-code)
}

func TestTheLogIsJSONIfThatIsAskedFor(t *testing.T) {
	s := serve(t, "--any-port", "--log-format", "json")
	entries := jsonLog(t, s.stop().stderr)
	for _, entry := range entries {
		assert.Equal(t, "INFO", entry.Level)
	}
	assert.Equal(t, "stopping; a second signal stops at once", entries[len(entries)-1].Msg)
}

// A logEntry is a line of a log in JSON.
type logEntry struct {
	Time, Level, Msg string
	Ready            sim.Info
}

// jsonLog reads a log of which every line is JSON.
func jsonLog(t *testing.T, text string) []logEntry {
	t.Helper()
	entries := lines[logEntry](t, text)
	for _, entry := range entries {
		assert.NotEmpty(t, entry.Time, entry.Msg)
	}
	require.NotEmpty(t, entries)
	return entries
}

func TestTheWelcomeIsARecordIfTheLogIsJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	var stderr strings.Builder
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--any-port", "--log-format", "json", "--ready-file", file}, newConsole(strings.NewReader(""), io.Discard, &stderr))
	}()
	succeed(t, "ready", "--ready-file", file, "--wait", "20s")
	info, err := readReadyFile(file)
	require.NoError(t, err)
	cancel()
	require.Equal(t, exitOK, <-code)
	entries := jsonLog(t, stderr.String())
	i := slices.IndexFunc(entries, func(e logEntry) bool { return e.Ready.Event != "" })
	require.GreaterOrEqual(t, i, 0, stderr.String())
	assert.Equal(t, info, entries[i].Ready)
	assert.Contains(t, entries[i].Msg, "not Apple")
}

func TestMistakesAndFailuresAreRecordsIfTheLogIsJSON(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	occupied := taken(t)
	file := written(t, "log-format: json\n")
	for _, tc := range []struct {
		name, variable string
		args           []string
		code           int
		want           string
	}{
		{"an address is taken", "", []string{"serve", "--any-port", "--listen", occupied, "--log-format", "json"}, exitAddress, occupied},
		{"the same by a variable", "json", []string{"--any-port", "--listen", occupied}, exitAddress, occupied},
		{"the same by a file", "", []string{"--any-port", "--listen", occupied, "--config", file}, exitAddress, occupied},
		{"a flag is unknown", "", []string{"serve", "--log-format=json", "--bogus"}, exitUsage, "unknown flag --bogus"},
		{"a flag is unknown behind others", "", []string{"--log-format", "json", "--bogus"}, exitUsage, "unknown flag --bogus"},
		{"a flag cannot be meant", "json", []string{"serve", "--window", "0"}, exitUsage, "--window is 0"},
		{"a flag is unknown beside a file", "", []string{"--config", file, "--bogus"}, exitUsage, "unknown flag --bogus"},
		{"there is no program", "", []string{"exec", "--log-format", "json", "--", "no-such-program"}, exitNotFound, "no-such-program"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.variable != "" {
				t.Setenv("APNS_SIM_LOG_FORMAT", tc.variable)
			}
			o := invoke(t, tc.args...)
			assert.Equal(t, tc.code, o.code)
			entries := jsonLog(t, o.stderr)
			last := entries[len(entries)-1]
			assert.Equal(t, "ERROR", last.Level)
			assert.Contains(t, last.Msg, tc.want)
		})
	}
}

func TestOnlyServicesHaveALogInJSON(t *testing.T) {
	t.Setenv("APNS_SIM_LOG_FORMAT", "json")
	assert.True(t, strings.HasPrefix(invoke(t, "list", "--bogus").stderr, "apns-sim: unknown flag"))
	o := invoke(t, "exec", "--bogus", "--", "echo", "--log-format", "json")
	assert.Equal(t, exitUsage, o.code)
	jsonLog(t, o.stderr)
	t.Setenv("APNS_SIM_LOG_FORMAT", "text")
	o = invoke(t, "exec", "--bogus", "--", "echo", "--log-format", "json")
	assert.True(t, strings.HasPrefix(o.stderr, "apns-sim: unknown flag"), "what stands behind -- is the program's: %s", o.stderr)
}

func TestNoTerminalWithoutColorGetsAny(t *testing.T) {
	for _, tc := range []struct {
		term, noColor string
		terminal      bool
		want          bool
	}{
		{"xterm", "", true, true},
		{"dumb", "", true, false},
		{"xterm", "1", true, false}, // https://no-color.org
		{"xterm", "", false, false},
	} {
		t.Setenv("TERM", tc.term)
		t.Setenv("NO_COLOR", tc.noColor)
		var out strings.Builder
		record := new(logFlags).handler(&out, tc.terminal)
		require.NoError(t, record.Handle(t.Context(), errorRecord()))
		assert.Equal(t, tc.want, strings.Contains(out.String(), "\x1b["), "%+v: %q", tc, out.String())
	}
}

func errorRecord() slog.Record { return slog.NewRecord(time.Time{}, slog.LevelError, "wrong", 0) }
