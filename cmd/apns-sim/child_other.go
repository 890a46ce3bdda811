//go:build !linux

package main

import "os/exec"

// dieTogether can be had on Linux alone.
func dieTogether(*exec.Cmd) {}

// waitFor waits for the program, and gives its exit code.
func waitFor(child *exec.Cmd) (code int, err error) {
	err = child.Wait()
	return exitCode(child.ProcessState), withoutExit(err)
}
