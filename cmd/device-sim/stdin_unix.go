//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// ignoreBackground makes a read from the terminal fail in the background of a shell, like the
// end of the input. Otherwise the read would stop the process.
func ignoreBackground() { signal.Ignore(syscall.SIGTTIN) }

// foreground reports whether the process is in the foreground of the terminal f.
func foreground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
