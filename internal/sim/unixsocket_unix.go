//go:build unix

package sim

import (
	"errors"
	"os"
	"syscall"
)

// ownerOnly lets nobody else connect. "Connecting to the socket object requires read/write
// permission": unix(7).
func ownerOnly(path string) error { return os.Chmod(path, 0o600) }

// isRefused reports whether nobody listens at a socket.
func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
