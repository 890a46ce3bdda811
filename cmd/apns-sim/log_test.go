package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/logs"
)

func TestALogThatNobodyReadsStopsNeitherServiceNorShutdown(t *testing.T) {
	stderr := blocked{make(chan struct{})}
	t.Cleanup(func() { close(stderr.released) })
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--any-port", "--log-level", "debug", "--ready-file", file}, &console{strings.NewReader(""), io.Discard, stderr})
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
	lines := strings.Split(strings.TrimSpace(s.stop().stderr), "\n")
	for _, line := range lines {
		var entry struct{ Time, Level, Msg string }
		require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
		assert.NotEmpty(t, entry.Time)
		assert.Equal(t, "INFO", entry.Level)
	}
	assert.Contains(t, lines[len(lines)-1], `"msg":"stopping; a second signal ends at once"`)
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
