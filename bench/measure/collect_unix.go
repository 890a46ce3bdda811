//go:build unix

package main

import (
	"os"
	"syscall"
)

// collectGarbage has a server of bench/profiled return what it does not need.
func collectGarbage(server *os.Process) error { return server.Signal(syscall.SIGUSR1) }
