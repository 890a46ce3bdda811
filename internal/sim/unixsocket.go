package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

const (
	// maxSocketPath is the longest path of a socket on every system, in bytes: sun_path of
	// macOS and FreeBSD has 104, with a zero at the end.
	maxSocketPath = 103
	// socketTimeout is how long a process at a socket may take to accept.
	socketTimeout = time.Second
)

// listenAt opens a listener on the machine's network, or the control API's on a Unix domain
// socket.
func listenAt(d ListenerInfo, address string) (net.Listener, error) {
	if path, ok := controlapi.SocketPath(address); ok && d.Listener == ControlListener {
		return listenSocket(path)
	}
	return net.Listen("tcp", address)
}

// listenSocket opens a socket that the user of this process alone can connect to.
func listenSocket(path string) (net.Listener, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the path of a socket can have %d bytes, not %d", maxSocketPath, len(path))
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := ownerOnly(path); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// removeStale removes a socket that a process left behind when it was killed. It leaves one at
// which a process accepts connections, and every other file.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("the file exists and is not a socket")
	}
	conn, err := net.DialTimeout("unix", path, socketTimeout)
	if err == nil {
		return errors.Join(errors.New("another process listens there"), conn.Close())
	}
	if !isRefused(err) {
		return fmt.Errorf("a socket is there, and it is not known whether a process listens: %w", err)
	}
	return os.Remove(path)
}
