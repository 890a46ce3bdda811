package main

import (
	"os/exec"
	"syscall"
)

// dieTogether has the program killed when this process is, by whatever.
func dieTogether(child *exec.Cmd) {
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
