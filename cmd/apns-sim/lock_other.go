//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package main

import "os"

// lockFile opens a file. That another process has it cannot be told here; errHeld is never
// the error.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
}

// hold makes a file. That somebody holds it cannot be told here.
func hold(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// abandoned is not known; what a killed process has left stays.
func abandoned(string) bool { return false }
