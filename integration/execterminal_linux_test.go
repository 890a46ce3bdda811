package integration_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A terminal is a pseudo terminal with apns-sim exec in its foreground.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	keys   *os.File
	screen *bufio.Reader
}

// sit starts a script under exec at a terminal.
func openTerminal(t *testing.T, stdin *os.File, script string) *terminal {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { ours.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	if stdin == nil {
		stdin = theirs
	}
	s := &terminal{t: t, keys: ours, screen: bufio.NewReader(ours)}
	s.cmd = exec.Command(program(apnsSim), "exec", "--log-level", "error", "--grace", "100ms", "--", "sh", "-c", script)
	s.cmd.Env = environment(t)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = stdin, theirs, theirs
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	require.NoError(t, s.cmd.Start())
	require.NoError(t, theirs.Close())
	limit := time.AfterFunc(waitTimeout, func() { _ = s.cmd.Process.Kill() }) // ends the reads below
	t.Cleanup(func() { limit.Stop() })
	return s
}

func (s *terminal) press(key byte) {
	s.t.Helper()
	_, err := s.keys.Write([]byte{key})
	require.NoError(s.t, err)
}

// until reads until a line, and returns what came before it.
func (s *terminal) until(last string) (before []string) {
	s.t.Helper()
	for {
		line, err := s.screen.ReadString('\n')
		require.NoError(s.t, err, "%q", before)
		line = strings.TrimSpace(line)
		if strings.TrimLeft(line, "^C\\") == last { // the terminal shows the keys
			return before
		}
		before = append(before, line)
	}
}

const (
	ctrlC         = 0x03
	ctrlBackslash = 0x1c
)

func TestCtrlCInATerminalIsForTheProgramAlone(t *testing.T) {
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	for name, stdin := range map[string]*os.File{"terminal": nil, "standard input redirected": null} {
		t.Run(name, func(t *testing.T) {
			s := openTerminal(t, stdin, `trap 'n=$((n+1)); sleep 0.4; echo "again $n"' INT QUIT; trap 'exit 9' TERM; echo up; while :; do sleep 0.02; done`)
			s.until("up")
			for i, key := range []byte{ctrlC, ctrlBackslash, ctrlC} {
				s.press(key)
				for _, line := range s.until(fmt.Sprintf("again %d", i+1)) {
					assert.NotContains(t, line, "again", "one key is one signal")
				}
			}
			require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
			_ = s.cmd.Wait() // the exit code says it
			assert.Equal(t, 9, s.cmd.ProcessState.ExitCode(), "it has outlived the grace of 100ms, three times")
		})
	}
}

// asSubreaper has the test binary become another program, which gets orphans as their
// parent. prctl(2), PR_SET_CHILD_SUBREAPER.
const asSubreaper = "INTEGRATION_AS_SUBREAPER"

func init() {
	path := os.Getenv(asSubreaper)
	if path == "" {
		return
	}
	err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	if err == nil {
		err = syscall.Exec(path, os.Args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, asSubreaper, err)
	os.Exit(1)
}

func TestOrphansOfTheProgramAreReaped(t *testing.T) {
	// As in a container, where exec is process 1. A zombie has a folder in /proc.
	const script = `orphan=$(sh -c 'sleep 0.05 >/dev/null & echo $!'); while [ -e /proc/$orphan ]; do sleep 0.02; done; exit 7`
	o := runCommand(t, append(environment(t), asSubreaper+"="+program(apnsSim)), os.Args[0],
		"exec", "--log-level", "error", "--", "sh", "-c", script)
	assert.Equal(t, outcome{code: 7}, o)
}
