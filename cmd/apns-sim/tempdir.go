package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// tempDirPattern is the name of temporary directories.
const tempDirPattern = "apns-sim-*"

// lockName is a file in a temporary directory that is locked as long as its process lives. A process ID would not do:
// two containers that share the directory for temporary files do not see each other's processes.
const lockName = "in-use"

// A tempDir is a temporary directory for keys and certificates.
type tempDir struct {
	path string
	lock *os.File
}

// newTempDir creates a temporary directory and removes those that killed processes left.
func newTempDir() (*tempDir, error) {
	sweepTempDirs(os.TempDir())
	path, err := os.MkdirTemp("", tempDirPattern)
	if err != nil {
		return nil, fmt.Errorf("temporary directory for ca.pem and keys: %w; set a directory with --files", err)
	}
	lock, err := hold(filepath.Join(path, lockName))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("temporary directory for ca.pem and keys: %w; set a directory with --files", err), os.RemoveAll(path))
	}
	return &tempDir{path, lock}, nil
}

// remove removes the directory; there may be none.
func (f *tempDir) remove() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.lock.Close(), os.RemoveAll(f.path))
}

// pathOrNone is the path, "" if there is no directory.
func (f *tempDir) pathOrNone() string {
	if f == nil {
		return ""
	}
	return f.path
}

// sweepTempDirs removes the directories of processes that have ended. Directories that cannot be locked or removed are
// left.
func sweepTempDirs(parent string) {
	locks, err := filepath.Glob(filepath.Join(parent, tempDirPattern, lockName))
	if err != nil { // the folder has a strange name
		return
	}
	for _, lock := range locks {
		if abandoned(lock) {
			_ = os.RemoveAll(filepath.Dir(lock))
		}
	}
}
