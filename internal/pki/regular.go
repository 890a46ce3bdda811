package pki

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// OpenRegular opens a file for reading that has to be a regular one. What is looked up
// by its name may be anything that somebody has put there: a named pipe, opened as
// usual, blocks until somebody writes.
func OpenRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file (mode %s); move it away", path, info.Mode())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadRegular reads a file that has to be a regular one.
func ReadRegular(path string) (data []byte, err error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(f)
}
