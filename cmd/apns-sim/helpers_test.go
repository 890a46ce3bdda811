package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// An outcome is what a command line has led to.
type outcome struct {
	code           int
	stdout, stderr string
}

// invoke runs a command line that ends by itself.
func invoke(t *testing.T, args ...string) outcome {
	t.Helper()
	return invokeWith(t, "", args...)
}

// invokeWith is invoke with something on standard input.
func invokeWith(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // what should be refused may run
	defer cancel()
	var stdout, stderr strings.Builder
	code := run(ctx, args, newConsole(strings.NewReader(stdin), &stdout, &stderr))
	assert.NoError(t, ctx.Err(), "%q does not end", args)
	return outcome{code, stdout.String(), stderr.String()}
}

// succeed is invoke for what cannot fail.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	o := invoke(t, args...)
	require.Zero(t, o.code, o.stderr)
	return o.stdout
}

// A server is a running 'apns-sim serve'.
type server struct {
	sim.Info
	record string // the ready record as it was printed
	stderr strings.Builder
	stdout *bufio.Reader

	cancel context.CancelFunc
	done   sync.WaitGroup
	code   int
}

// serve runs the simulator and waits for its ready record. It ends with the
// test, if not before.
func serve(t testing.TB, args ...string) *server {
	t.Helper()
	read, write := io.Pipe()
	s := &server{stdout: bufio.NewReader(read)}
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(t.Context())
	s.done.Go(func() {
		s.code = run(ctx, append([]string{"serve", "--ready", "json"}, args...), newConsole(strings.NewReader(""), write, &s.stderr))
		write.Close()
	})
	t.Cleanup(func() { s.stop() })
	var err error
	if s.record, err = s.stdout.ReadString('\n'); err != nil {
		s.stop()
		require.NoError(t, err, "no ready record: %s", s.stderr.String())
	}
	require.NoError(t, json.Unmarshal([]byte(s.record), &s.Info))
	return s
}

// stop interrupts the simulator and returns what became of it.
func (s *server) stop() outcome {
	s.cancel()
	rest, _ := io.ReadAll(s.stdout) // a pipe's reading end does not fail
	s.done.Wait()
	return outcome{s.code, string(rest), s.stderr.String()}
}

// taken is an address somebody else listens on.
func taken(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	return ln.Addr().String()
}

// free is an address that was free a moment ago.
func free(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	return ln.Addr().String()
}

// initialized is a directory that 'ca init' has filled.
func initialized(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	succeed(t, "ca", "init", "--certs", dir)
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if assert.NoError(t, err) {
		assert.Equal(t, want, info.Mode().Perm(), path)
	}
}
