//go:build unix

package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// passed are the signals that concern the program as much as us.
var passed = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH}

// asksToEnd reports whether a program that gets a signal is expected to end.
func asksToEnd(s os.Signal) bool { return s == os.Interrupt || s == syscall.SIGTERM }

// typed reports whether a signal comes from the terminal, which sends it to all processes
// of its foreground group: this one, and the program.
func typed(s os.Signal) bool {
	switch s {
	case os.Interrupt, syscall.SIGQUIT, syscall.SIGWINCH:
		return inForeground()
	}
	return false
}

// inForeground reports whether this process is in the foreground group of its terminal,
// wherever standard input comes from.
func inForeground() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false // there is none
	}
	defer terminal.Close() //nolint:errcheck // Nothing was written.
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// exitCode is that of the program, in the manner of a shell if a signal ended it.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok {
		return codeOf(status)
	}
	return state.ExitCode()
}

func codeOf(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
