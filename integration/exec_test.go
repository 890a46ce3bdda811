//go:build unix

package integration_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A guarded is a shell script that runs beside a simulator: apns-sim exec.
type guarded struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr *transcript
	temp   string
}

// guard starts a script, whose first line of output is to be "up".
func guard(t *testing.T, temp, script string, flags ...string) *guarded {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
	t.Cleanup(cancel)
	args := append([]string{"exec", "--log-level", "error"}, flags...)
	g := &guarded{cmd: exec.CommandContext(ctx, program(apnsSim), append(args, "--", "sh", "-c", script)...), stderr: new(transcript), temp: temp}
	g.cmd.Env, g.cmd.Stderr = append(environment(t), "TMPDIR="+temp), g.stderr
	pipe, theirs, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { pipe.Close() })
	require.NoError(t, pipe.SetReadDeadline(time.Now().Add(waitTimeout)))
	g.cmd.Stdout, g.stdout = theirs, bufio.NewReader(pipe)
	require.NoError(t, g.cmd.Start())
	require.NoError(t, theirs.Close())
	line, err := g.stdout.ReadString('\n')
	require.NoError(t, err, g.stderr)
	require.Equal(t, "up", strings.TrimSpace(line))
	return g
}

// left lists what is in the folder for temporary files.
func (g *guarded) left(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(g.temp, "apns-sim-*"))
	require.NoError(t, err)
	return list
}

// code waits for the end and returns the exit code.
func (g *guarded) code() int {
	_ = g.cmd.Wait() // the exit code says it
	return g.cmd.ProcessState.ExitCode()
}

func TestSignalsReachTheProgramThatExecRuns(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1} {
		t.Run(sig.String(), func(t *testing.T) {
			g := guard(t, t.TempDir(), `trap 'exit 9' TERM INT QUIT HUP USR1; echo up; while :; do sleep 0.02; done`)
			require.NoError(t, g.cmd.Process.Signal(sig))
			assert.Equal(t, 9, g.code(), "the program decides what a signal means")
			assert.Empty(t, g.left(t))
		})
	}
}

func TestAProgramThatDoesNotEndIsKilled(t *testing.T) {
	g := guard(t, t.TempDir(), `trap '' TERM; echo up; while :; do sleep 0.02; done`, "--grace", "100ms")
	require.NoError(t, g.cmd.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, 128+int(syscall.SIGKILL), g.code(), "in the manner of a shell")
	assert.Contains(t, g.stderr.String(), `the program did not exit within 100ms of signal "terminated" and is killed; --grace allows more time`)
	assert.Empty(t, g.left(t))
}

func TestNothingIsLeftWhenExecItselfIsKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a program dies with its parent on Linux alone")
	}
	temp := t.TempDir()
	g := guard(t, temp, `echo up; exec sleep 1000`)
	require.Len(t, g.left(t), 1)
	require.NoError(t, g.cmd.Process.Kill())
	assert.Equal(t, -1, g.code())
	_, err := io.ReadAll(g.stdout)
	assert.NoError(t, err, "nobody holds the output open: the program has gone, too")

	next := guard(t, temp, `echo up`)
	assert.Zero(t, next.code())
	assert.Empty(t, next.left(t), "the next start sweeps the folder of the one that was killed")
}
