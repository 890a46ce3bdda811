//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// ignoreBackground makes a read from the terminal fail in the background of a shell, as
// if there were nothing more. Otherwise it would stop the process.
func ignoreBackground() { signal.Ignore(syscall.SIGTTIN) }

// foreground tells whether the terminal f is ours to type at.
func foreground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
