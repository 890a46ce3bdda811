package controlapi

import (
	"context"
	"net"
	"strings"
)

// socketPrefix begins the address of a control API that listens on a Unix domain socket.
const socketPrefix = "unix:"

// SocketPath returns the path of the socket in the address of a control API; ok is false if the
// address is a URL, or host and port.
func SocketPath(control string) (path string, ok bool) {
	path, ok = strings.CutPrefix(control, socketPrefix)
	return strings.TrimPrefix(path, "//"), ok
}

// SocketAddress is the address of a control API that listens on a socket.
func SocketAddress(path string) string { return socketPrefix + path }

// BaseURL returns the URL to which the paths of the control API are appended. It is on
// localhost for a socket.
func BaseURL(control string) string {
	if _, ok := SocketPath(control); ok {
		return "http://localhost"
	}
	return strings.TrimRight(control, "/")
}

// Dialer returns the function that opens the connections of [http.Transport] to a control API;
// nil, which is the usual one, unless it listens on a socket.
func Dialer(control string) func(ctx context.Context, network, address string) (net.Conn, error) {
	path, ok := SocketPath(control)
	if !ok {
		return nil
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
}
