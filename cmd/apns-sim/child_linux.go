package main

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dieTogether has the program killed when this process is, by whatever.
func dieTogether(child *exec.Cmd) {
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// waitFor waits for the program, and gives its exit code. Where this process is the one
// that orphans get as their parent, as the first of a container is, it waits for them,
// too; otherwise they would stay as zombies.
func waitFor(child *exec.Cmd) (code int, err error) {
	if !adoptsOrphans() {
		err = child.Wait()
		return exitCode(child.ProcessState), withoutExit(err)
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 0, os.NewSyscallError("wait4", err)
		case pid == child.Process.Pid:
			_ = child.Wait() // for what it has written; there is no process to wait for any more
			return codeOf(status), nil
		}
	}
}

// adoptsOrphans reports whether this process becomes the parent of orphans: pid 1, or a
// subreaper. prctl(2), PR_SET_CHILD_SUBREAPER.
func adoptsOrphans() bool {
	var subreaper int32
	_, _, failed := syscall.RawSyscall(syscall.SYS_PRCTL, unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&subreaper)), 0) //nolint:gosec // It is how the kernel answers.
	return os.Getpid() == 1 || failed == 0 && subreaper != 0
}
