package netconn

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// ExplainHandshakeError adds to the error of a failed TLS handshake that the client does not trust the
// root, where the error says so or is what such a client leaves.
func ExplainHandshakeError(conn *tls.Conn, err error) error {
	const root = "the root certificate, which apns-sim ca prints and GET /v1/ca.pem of the control API gives"
	switch {
	case rejectsCertificate(err):
		return fmt.Errorf("%w; the client does not trust the simulator's certificate: it needs %s", err, root)
	case closedEarly(err) && !IsPortProbe(conn, err):
		return fmt.Errorf("%w; a client that does not trust the simulator's certificate ends the handshake so: does it have %s?", err, root)
	}
	return err
}

// rejectsCertificate reports whether the client has said by an alert that it does not trust the
// certificate: RFC 8446, 6.2.
func rejectsCertificate(err error) bool {
	alert, ok := errors.AsType[*net.OpError](err) // how crypto/tls wraps alerts
	if !ok || alert.Op != "remote error" {
		return false
	}
	text := alert.Err.Error()
	return strings.Contains(text, "bad certificate") || strings.Contains(text, "unknown certificate") || strings.Contains(text, "certificate unknown")
}

// closedEarly reports whether the client ended the handshake without an alert that can be
// read. The alerts of OpenSSL come under keys to which crypto/tls has not switched yet,
// so that it calls them bad records itself.
func closedEarly(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return true
	}
	alert, ok := errors.AsType[*net.OpError](err)
	return ok && alert.Op == "local error" && strings.Contains(alert.Err.Error(), "bad record MAC")
}
