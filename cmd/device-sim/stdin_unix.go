//go:build unix

package main

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// input is what is typed. In the background of a shell, a read from the terminal
// would stop the process; without the signal it fails, as if there were nothing more.
func input() io.Reader {
	signal.Ignore(syscall.SIGTTIN)
	return os.Stdin
}
