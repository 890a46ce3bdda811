//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// otherFiles is how many files the program needs besides its connections.
const otherFiles = 64

// enoughFiles rejects more devices than a process may have connections. The Go runtime has
// raised the limit to its maximum.
func enoughFiles(devices int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	if needed := uint64(devices + otherFiles); uint64(limit.Cur) < needed { //nolint:unconvert // FreeBSD counts in int64.
		return &failure{
			code: exitUsage, err: fmt.Errorf("--count %d needs %d open files, and this process may have %d", devices, needed, limit.Cur),
			remedy: "raise the limit with ulimit -n, or start several fleets",
		}
	}
	return nil
}
