//go:build unix

package main

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
)

// shellCommand runs a command line in a shell, in a process group of its own.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	ownGroup(cmd)
	return cmd
}

// ownGroup starts a command in a process group of its own, so that killTree finds what it
// starts. Ctrl-C does not reach it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killTree kills a command and what it has started.
func killTree(cmd *exec.Cmd) error {
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}
