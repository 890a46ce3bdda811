package devicetls

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/netpoll"
)

const (
	// writeGrace is the time for the last frames of a connection that is being closed.
	writeGrace = time.Second
	// lingerTime and lingerBytes bound the wait for the device's own close.
	lingerTime  = time.Second
	lingerBytes = 256 << 10
)

// errInterrupted is the error of a read after interrupt.
var errInterrupted = errors.New("interrupted")

// A tlsConn is a TLS connection with its deadlines.
type tlsConn struct {
	tls          *tls.Conn
	limited      limitedConn // below TLS: raw, which frees its place in the login limit while it waits
	raw          net.Conn
	nonblocking  netpoll.Conn // nil where reads wait
	writeTimeout time.Duration

	interrupted atomic.Bool
	broken      bool // a write has failed; guarded by the output
}

func newTLSConn(raw net.Conn, server *Server) *tlsConn {
	w := &tlsConn{raw: raw, limited: limitedConn{Conn: raw, loginLimit: server.loginLimit}, writeTimeout: server.cfg.WriteTimeout}
	w.tls = tls.Server(&w.limited, server.tls)
	return w
}

// newNonblockingConn is newTLSConn for a connection whose reads do not wait after the
// handshake.
func newNonblockingConn(c netpoll.Conn, server *Server) *tlsConn {
	w := newTLSConn(c, server)
	w.nonblocking = c
	return w
}

// handshake performs the TLS handshake, which must be complete by a given time.
func (w *tlsConn) handshake(by time.Time) error {
	if err := w.tls.SetWriteDeadline(by); err != nil {
		return err
	}
	if err := w.waitDeadline(by); err != nil {
		return err
	}
	if err := w.limited.handshake(w.tls.Handshake); err != nil || w.nonblocking == nil {
		return err
	}
	return w.nonblocking.Detach()
}

// resume says that data may have arrived since the last read.
func (w *tlsConn) resume() {
	if w.nonblocking != nil {
		w.nonblocking.Resume()
	}
}

// readDeadline sets the time by which the next read must succeed. It fails once the
// connection is interrupted.
func (w *tlsConn) readDeadline(t time.Time) error {
	if w.nonblocking == nil {
		return w.waitDeadline(t)
	}
	if w.interrupted.Load() {
		return errInterrupted
	}
	return w.nonblocking.ReadBy(t)
}

// waitDeadline is readDeadline for reads that wait.
func (w *tlsConn) waitDeadline(t time.Time) error {
	if err := w.tls.SetReadDeadline(t); err != nil {
		return err
	}
	if w.interrupted.Load() { // interrupt may have set its deadline before ours
		return errInterrupted
	}
	return nil
}

// Write sends p within the write timeout, or within writeGrace once the connection is
// interrupted.
func (w *tlsConn) Write(p []byte) (n int, err error) {
	defer func() { w.broken = w.broken || err != nil }()
	if err := w.tls.SetWriteDeadline(time.Now().Add(w.writeTimeout)); err != nil {
		return 0, err
	}
	if w.interrupted.Load() {
		if err := w.tls.SetWriteDeadline(time.Now().Add(writeGrace)); err != nil {
			return 0, err
		}
	}
	return w.tls.Write(p)
}

// interrupt ends reads at once and writes within writeGrace. It does not block.
func (w *tlsConn) interrupt() error {
	w.interrupted.Store(true)
	now := time.Now()
	return errors.Join(w.tls.SetReadDeadline(now), w.tls.SetWriteDeadline(now.Add(writeGrace)))
}

// close sends a TLS close_notify (RFC 8446, 6.1) and a FIN, and reads for up to lingerTime
// until the device closes as well. Closing a socket with unread bytes would reset the
// connection, and the device could lose the last response.
//
// observed: a server that rejects a login closes cleanly; some clients fail on a reset.
func (w *tlsConn) close() error {
	if w.nonblocking != nil {
		w.nonblocking.Reattach()
	}
	if w.broken { // a TLS connection cannot be used after a failed write
		return w.raw.Close()
	}
	var errs []error
	if w.tls.ConnectionState().HandshakeComplete {
		errs = append(errs, w.tls.CloseWrite())
	}
	if half, ok := w.raw.(interface{ CloseWrite() error }); ok {
		errs = append(errs, half.CloseWrite())
	}
	if err := errors.Join(errs...); err != nil { // the peer has already closed
		return errors.Join(err, w.raw.Close())
	}
	errs = append(errs, w.raw.SetReadDeadline(time.Now().Add(lingerTime)))
	if _, err := io.CopyN(io.Discard, w.raw, lingerBytes); err != nil && !isEnd(err) {
		errs = append(errs, err)
	}
	return errors.Join(append(errs, w.raw.Close())...)
}
