package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheStateHasKeysThatStayTheSame(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "created", "here")
	s := serve(t, "--any-port", "--state", dir)
	assert.Equal(t, filepath.Join(dir, "certs", "ca.pem"), s.CAFile)
	root := read(t, s.CAFile)
	assert.FileExists(t, s.DefaultTeam.KeyFile)
	assert.FileExists(t, s.DefaultTeam.CertificateFile)
	pid, err := os.ReadFile(filepath.Join(dir, "lock"))
	require.NoError(t, err)
	assert.Equal(t, strconv.Itoa(os.Getpid())+"\n", string(pid))
	require.Equal(t, exitOK, s.stop().code)

	s = serve(t, "--any-port", "--state", dir)
	assert.Equal(t, root, read(t, s.CAFile))
	require.Equal(t, exitOK, s.stop().code)
}

func TestTheStateMayHaveKeysElsewhere(t *testing.T) {
	dir, certs := t.TempDir(), filepath.Join(t.TempDir(), "certs")
	require.Equal(t, exitOK, invoke(t, "ca", "init", "--certs", certs).code)
	s := serve(t, "--any-port", "--state", dir, "--certs", certs)
	assert.Equal(t, filepath.Join(certs, "ca.pem"), s.CAFile)
	assert.NoDirExists(t, filepath.Join(dir, "certs"))
	require.Equal(t, exitOK, s.stop().code)
}

func TestAStateThatCannotBeUsedEndsTheStart(t *testing.T) {
	held := t.TempDir()
	s := serve(t, "--any-port", "--state", held)
	defer s.stop()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	damaged := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(damaged, "state.db"), []byte("not a database, and longer than the header of a hundred bytes that SQLite has at the beginning of a file"), 0o600))
	for _, tc := range []struct {
		name string
		args []string
		want []string
	}{
		{
			"another process uses it",
			[]string{"--state", held},
			[]string{"--state: " + held + " is in use by the apns-sim with process ID " + strconv.Itoa(os.Getpid()), "stop that first, or name another directory"},
		},
		{"it is a file", []string{"--state", file}, []string{"--state: ", "not a directory", "name a directory that can be written"}},
		{"its file is damaged", []string{"--state", damaged}, []string{"--state: ", "state.db cannot be read", "restore a copy", "move them away to start with an empty state"}},
		{"--sync stands alone", []string{"--sync"}, []string{"--sync has no effect without --state DIR"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, command := range [][]string{{"serve", "--any-port"}, {"exec"}} {
				args := append(command, tc.args...)
				if command[0] == "exec" {
					args = append(args, "--", "true")
				}
				o := invoke(t, args...)
				assert.Equal(t, exitUsage, o.code, "%s", o.stderr)
				for _, want := range tc.want {
					assert.Contains(t, o.stderr, want)
				}
			}
		})
	}
}

func TestExecKeepsAState(t *testing.T) {
	dir := t.TempDir()
	o := invoke(t, "exec", "--state", dir, "--", "true")
	require.Equal(t, exitOK, o.code, "%s", o.stderr)
	root := read(t, filepath.Join(dir, "certs", "ca.pem"))
	assert.FileExists(t, filepath.Join(dir, "state.db"))
	o = invoke(t, "exec", "--state", dir, "--", "true")
	require.Equal(t, exitOK, o.code, "%s", o.stderr)
	assert.Equal(t, root, read(t, filepath.Join(dir, "certs", "ca.pem")))
}
