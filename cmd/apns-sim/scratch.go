package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// scratchPrefix begins the name of a temporary folder; the process id and a dash
// follow.
const scratchPrefix = "apns-sim-"

// scratch makes a temporary folder for keys and certificates, and takes away those
// of processes that were killed before they could.
func scratch() (dir string, err error) {
	sweepScratch(os.TempDir())
	dir, err = os.MkdirTemp("", scratchPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("folder for ca.pem and keys: %w; name one with --files", err)
	}
	return dir, nil
}

// sweepScratch removes the folders of processes that are no more. What cannot be
// removed is somebody else's.
func sweepScratch(parent string) {
	folders, err := filepath.Glob(filepath.Join(parent, scratchPrefix+"*-*"))
	if err != nil { // the pattern is ours
		panic(err)
	}
	for _, folder := range folders {
		text, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), scratchPrefix), "-")
		if pid, err := strconv.Atoi(text); err == nil && pid > 0 && !runs(pid) {
			_ = os.RemoveAll(folder)
		}
	}
}

// runs reports whether there is a process of that id.
func runs(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || os.IsPermission(err)
}
