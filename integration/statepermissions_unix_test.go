//go:build unix

package integration_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ordinaryUser is a user without rights, as whom programs run whose files have modes that do not bind
// root.
const ordinaryUser = 65534

// A userDir is a directory of a user who is not root, with a program that the user can execute.
type userDir struct {
	t             *testing.T
	path, program string
	as            *syscall.SysProcAttr // nil if the tests do not run as root
}

func newUserDir(t *testing.T) *userDir {
	t.Helper()
	d := &userDir{t: t, path: filepath.Join(t.TempDir(), "user"), program: program(apnsSim)}
	require.NoError(t, os.Mkdir(d.path, 0o700))
	if os.Getuid() != 0 {
		return d
	}
	require.NoError(t, os.Chmod(filepath.Dir(filepath.Dir(d.path)), 0o711)) //nolint:gosec // So that the user gets to what is in it.
	d.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinaryUser, Gid: ordinaryUser}}
	d.program = filepath.Join(t.TempDir(), "apns-sim") // that of the tests may be in a directory of root's
	binary, err := os.ReadFile(program(apnsSim))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.program, binary, 0o755)) //nolint:gosec // Another user executes it.
	require.NoError(t, os.Lchown(d.path, ordinaryUser, ordinaryUser))
	return d
}

// run runs the program as the user, to its end.
func (d *userDir) run(args ...string) outcome {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(d.t.Context(), d.program, args...)
	cmd.Env = append(environment(d.t), "TMPDIR="+d.path)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = d.path, &stdout, &stderr, d.as
	err := cmd.Run()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EPERM) {
		d.t.Skipf("a program cannot be run as user %d here: %v", ordinaryUser, err)
	}
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		require.NoError(d.t, err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// state makes a state of the user's, and returns its directory.
func (d *userDir) state() string {
	d.t.Helper()
	dir := filepath.Join(d.path, "state")
	made := d.run("exec", "--state", dir, "--", "true")
	require.Equal(d.t, 0, made.code, made.stderr)
	d.t.Cleanup(func() { assert.NoError(d.t, os.Chmod(dir, 0o700)) }) //nolint:gosec // So that it can be removed.
	return dir
}

// Whoever starts the simulator with a state that it may not use learns which file it is and what to
// do.
func TestAStateThatMayNotBeReadOrWrittenEndsTheStart(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		// forbid takes rights away from the directory of a state, and returns the one to start with.
		forbid func(t *testing.T, dir string) string
		want   string // after the directory
	}{
		{
			"the directory of an existing state may not be written",
			func(t *testing.T, dir string) string { return chmod(t, 0o500, dir) },
			"/state.db cannot be written: attempt to write a readonly database (1544); make it and its directory writable for this user, or name another directory\n",
		},
		{
			"the directory of a new state may not be written",
			func(t *testing.T, dir string) string {
				empty := filepath.Join(filepath.Dir(dir), "empty")
				require.NoError(t, os.Mkdir(empty, 0o500))
				return empty
			},
			"/lock: permission denied; make the directory and its files writable for this user, or name another one\n",
		},
		{
			"the directory may not be created",
			func(t *testing.T, dir string) string {
				parent := filepath.Join(filepath.Dir(dir), "parent")
				require.NoError(t, os.Mkdir(parent, 0o500))
				return filepath.Join(parent, "new")
			},
			": permission denied; name a directory that can be written\n",
		},
		{
			"the directory may not be read",
			func(t *testing.T, dir string) string { return chmod(t, 0, dir) },
			"/lock: permission denied; make the directory and its files writable for this user, or name another one\n",
		},
		{
			"the database may not be read",
			func(t *testing.T, dir string) string { chmod(t, 0o200, filepath.Join(dir, "state.db")); return dir },
			"/state.db: permission denied; make the file readable and writable for this user, or name another directory\n",
		},
		{
			"the database may not be written",
			func(t *testing.T, dir string) string { chmod(t, 0o400, filepath.Join(dir, "state.db")); return dir },
			"/state.db: permission denied; make the file readable and writable for this user, or name another directory\n",
		},
		{
			"the lock may not be written",
			func(t *testing.T, dir string) string { chmod(t, 0o400, filepath.Join(dir, "lock")); return dir },
			"/lock: permission denied; make the directory and its files writable for this user, or name another one\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := newUserDir(t)
			dir := row.forbid(t, d.state())
			o := d.run("serve", "--any-port", "--state", dir)
			assert.Equal(t, 2, o.code)
			assert.Contains(t, o.stderr, "--state: ")
			assert.Contains(t, o.stderr, dir+row.want)
		})
	}
}

// chmod changes the mode of a file, and returns its path.
func chmod(t *testing.T, mode fs.FileMode, path string) string {
	t.Helper()
	require.NoError(t, os.Chmod(path, mode))
	return path
}

// A volume that is mounted read-only, as with -v state:/state:ro.
func TestAStateOnAReadOnlyFileSystemEndsTheStart(t *testing.T) {
	t.Parallel()
	const script = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99; exec "$0" serve --any-port --state "$1"`
	for _, existing := range []bool{true, false} {
		dir := t.TempDir()
		if existing {
			require.Equal(t, 0, run(t, apnsSim, "exec", "--state", dir, "--", "true").code)
		}
		unshare, err := exec.LookPath("unshare")
		if err != nil {
			t.Skipf("nothing can be mounted for a program alone: %v", err)
		}
		o := runCommand(t, environment(t), unshare, "--mount", "sh", "-c", script, program(apnsSim), dir)
		if o.code == 1 || o.code == 99 {
			t.Skipf("nothing can be mounted for a program alone: %s", o.stderr)
		}
		assert.Equal(t, 2, o.code)
		assert.Contains(t, o.stderr, "--state: open "+dir+"/lock: read-only file system; make the directory and its files writable for this user, or name another one\n")
	}
}
