package netconn

import (
	"crypto/tls"
	"errors"
	"io"
	"syscall"
)

// IsPortProbe reports whether a TLS handshake failed because the peer left before it had said
// anything, as those do who only look whether a port is open.
func IsPortProbe(conn *tls.Conn, err error) bool {
	return conn.ConnectionState().Version == 0 && // no ClientHello has come
		(errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET))
}
