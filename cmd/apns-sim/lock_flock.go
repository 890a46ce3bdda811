//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// lockFile opens a file, which is created if necessary, and locks it until it is closed,
// or the process ends in whatever way. The error is errHeld if another process has it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	switch err := lock(f); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(errHeld, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// lock locks a file without waiting.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// hold makes a file that counts as held until it is closed, or the process ends in
// whatever way. It is never there without being held.
func hold(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// abandoned reports whether nobody holds the file any more.
func abandoned(path string) bool {
	f, err := pki.OpenRegular(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was not written to
	return lock(f) == nil
}
