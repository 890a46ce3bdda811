//go:build !unix

package main

import "os"

// processRuns reports whether there is a process; Windows finds those alone that run.
func processRuns(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Release() == nil
}
