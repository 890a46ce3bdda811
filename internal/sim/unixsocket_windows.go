package sim

import (
	"errors"
	"syscall"
)

// ownerOnly has nothing to do: who may connect is up to the directory.
// https://devblogs.microsoft.com/commandline/af_unix-comes-to-windows/
func ownerOnly(string) error { return nil }

// connectionRefused is WSAECONNREFUSED.
// https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2
const connectionRefused = syscall.Errno(10061)

// isRefused reports whether nobody listens at a socket.
func isRefused(err error) bool { return errors.Is(err, connectionRefused) }
