package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// scratchPattern is what temporary folders are called.
const scratchPattern = "apns-sim-*"

// lockName is a file in a temporary folder that is held as long as its process lives.
// A process id would not do: who shares the folder for temporary files, such as two
// containers, may not see the same processes.
const lockName = "in-use"

// A scratchFolder is a temporary folder for keys and certificates.
type scratchFolder struct {
	path string
	lock *os.File
}

// scratch makes a temporary folder, and takes away those of processes that were killed
// before they could.
func scratch() (*scratchFolder, error) {
	sweepScratch(os.TempDir())
	path, err := os.MkdirTemp("", scratchPattern)
	if err != nil {
		return nil, fmt.Errorf("temporary directory for ca.pem and keys: %w; set a directory with --files", err)
	}
	lock, err := hold(filepath.Join(path, lockName))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("temporary directory for ca.pem and keys: %w; set a directory with --files", err), os.RemoveAll(path))
	}
	return &scratchFolder{path, lock}, nil
}

// remove takes the folder away.
func (f *scratchFolder) remove() error { return errors.Join(f.lock.Close(), os.RemoveAll(f.path)) }

// sweepScratch removes the folders of processes that are no more. What nobody could
// hold, or cannot be removed, is somebody else's.
func sweepScratch(parent string) {
	locks, err := filepath.Glob(filepath.Join(parent, scratchPattern, lockName))
	if err != nil { // the folder has a strange name
		return
	}
	for _, lock := range locks {
		if abandoned(lock) {
			_ = os.RemoveAll(filepath.Dir(lock))
		}
	}
}
