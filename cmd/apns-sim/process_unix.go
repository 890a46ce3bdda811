//go:build unix

package main

import (
	"errors"
	"syscall"
)

// processRuns reports whether there is a process.
func processRuns(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
