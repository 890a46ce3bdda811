package main

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// shellCommand runs a command line in the command interpreter. With /S it takes the line
// between the outer quotes as it is.
// https://learn.microsoft.com/windows-server/administration/windows-commands/cmd
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	shell := cmp.Or(os.Getenv("ComSpec"), "cmd.exe")
	cmd := exec.CommandContext(ctx, shell)
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `"` + shell + `" /D /S /C "` + line + `"`}
	return cmd
}

// ownGroup has nothing to do: killTree finds by their parents what a command has started.
func ownGroup(*exec.Cmd) {}

// killTree kills a command and what it has started.
// https://learn.microsoft.com/windows-server/administration/windows-commands/taskkill
func killTree(cmd *exec.Cmd) error {
	if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run() == nil {
		return nil
	}
	return cmd.Process.Kill()
}
