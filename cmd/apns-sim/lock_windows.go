package main

import (
	"errors"
	"io/fs"
	"os"
)

// lockFile creates a file that is locked until it is closed, or the process ends in
// whatever way: Windows lets nobody remove it. The error is errHeld if another process has
// it.
func lockFile(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errHeld
	}
	return hold(path)
}

// hold makes a file that counts as held until it is closed, or the process ends in
// whatever way: Windows lets nobody remove it.
func hold(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// abandoned reports whether nobody holds the file any more, which is gone then.
func abandoned(path string) bool { return os.Remove(path) == nil }
