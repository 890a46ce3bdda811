package integration_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// waitTimeout is how long anything may take that should take moments; a test that
// hangs fails. The machine may be busy with other tests.
const waitTimeout = 20 * time.Second

// A process is a program under test that is running.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	pipe   *os.File // its standard output, our end
	stdout *bufio.Reader
	stderr *transcript
	ended  chan struct{} // closed when it has ended
}

// start starts a program. The test ends it at the latest, and shows its
// standard error if it has failed.
func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	return startTyping(t, nil, name, args...)
}

// startTyping starts a program whose standard input is typed; nil is none.
func startTyping(t testing.TB, typed io.Reader, name string, args ...string) *process {
	t.Helper()
	ours, theirs, err := os.Pipe()
	require.NoError(t, err)
	p := &process{
		t: t, pipe: ours, stdout: bufio.NewReader(ours), stderr: new(transcript),
		ended: make(chan struct{}), cmd: exec.Command(program(name), args...),
	}
	p.cmd.Stdin = typed
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = environment(t), theirs, p.stderr
	err = p.cmd.Start()
	require.NoError(t, errors.Join(err, theirs.Close()), "BIN_DIR or `make build` provides %s", name)
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the exit code says it, and code asks for that
	}()
	t.Cleanup(p.end)
	return p
}

// environment is ours, without the variables that stand for flags, and with a
// folder for temporary files that goes away with the test.
func environment(t testing.TB) []string {
	ours := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "APNS_SIM_") || strings.HasPrefix(v, "DEVICE_SIM_") || strings.HasPrefix(v, "TMPDIR=")
	})
	return append(ours, "TMPDIR="+t.TempDir())
}

// end kills the process if it still runs and waits for it.
func (p *process) end() {
	select {
	case <-p.ended:
	default:
		if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			p.t.Errorf("kill %s: %v", p.cmd.Path, err)
		}
		<-p.ended
	}
	_ = p.pipe.Close() // nothing more comes out of it
	if p.t.Failed() {
		p.t.Logf("%s\n%s", strings.Join(p.cmd.Args, " "), p.stderr)
	}
}

// line waits for the next line of standard output.
func (p *process) line() []byte {
	p.t.Helper()
	line, err := p.read()
	require.NoError(p.t, err, "a line from %s; its standard error:\n%s", p.cmd.Path, p.stderr)
	return line
}

func (p *process) read() ([]byte, error) {
	if err := p.pipe.SetReadDeadline(time.Now().Add(waitTimeout)); err != nil {
		return nil, err
	}
	return p.stdout.ReadBytes('\n')
}

// rest waits for the end of standard output and returns what came.
func (p *process) rest() string {
	p.t.Helper()
	require.NoError(p.t, p.pipe.SetReadDeadline(time.Now().Add(waitTimeout)))
	rest, err := io.ReadAll(p.stdout)
	require.NoError(p.t, err)
	return string(rest)
}

// terminate asks the process to stop, as a shell or a container does.
func (p *process) terminate() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
}

// code waits for the end of the process and returns its exit code.
func (p *process) code() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(waitTimeout):
		require.Fail(p.t, "the process does not end", "%s", p.stderr)
	}
	return p.cmd.ProcessState.ExitCode()
}

// stop terminates the process, which has to end well.
func (p *process) stop() {
	p.t.Helper()
	p.terminate()
	require.Equal(p.t, 0, p.code(), "exit code after SIGTERM")
}

// A transcript keeps what a process writes.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// lines are those that contain a text.
func (s *transcript) lines(text string) (found []string) {
	for line := range strings.Lines(s.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

// An outcome is what a command has left.
type outcome struct {
	code           int
	stdout, stderr string
}

// run runs a program to its end.
func run(t *testing.T, name string, args ...string) outcome {
	t.Helper()
	return runCommand(t, environment(t), program(name), args...)
}

func runCommand(t *testing.T, env []string, path string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		_, exited := errors.AsType[*exec.ExitError](err)
		require.True(t, exited, "%s: %v", path, err)
	}
	require.NoError(t, ctx.Err(), "%s does not end\n%s", path, &stderr)
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}
