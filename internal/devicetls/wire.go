package devicetls

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

const (
	// writeGrace is the time for the last words of a connection that is being
	// closed.
	writeGrace = time.Second
	// lingerTime and lingerBytes bound the wait for the device's own close.
	lingerTime  = time.Second
	lingerBytes = 256 << 10
)

// errInterrupted says that a read was ended from outside.
var errInterrupted = errors.New("devicetls: interrupted")

// A wire is a TLS connection with its deadlines.
type wire struct {
	tls          *tls.Conn
	raw          net.Conn
	writeTimeout time.Duration

	interrupted atomic.Bool
	broken      bool // a write has failed; held by whoever writes
}

func newWire(raw net.Conn, config *tls.Config, writeTimeout time.Duration) *wire {
	return &wire{tls: tls.Server(raw, config), raw: raw, writeTimeout: writeTimeout}
}

// handshake performs the TLS handshake, which must be done by a given time.
func (w *wire) handshake(by time.Time) error {
	if err := w.tls.SetWriteDeadline(by); err != nil {
		return err
	}
	if err := w.readBy(by); err != nil {
		return err
	}
	return w.tls.Handshake()
}

// readBy sets the time by which the next reads must be done. It fails once the
// wire is interrupted.
func (w *wire) readBy(t time.Time) error {
	if err := w.tls.SetReadDeadline(t); err != nil {
		return err
	}
	if w.interrupted.Load() { // interrupt may have set its deadline before ours
		return errInterrupted
	}
	return nil
}

// Write sends p, waiting as long as the write timeout allows, or for moments
// only once the wire is interrupted.
func (w *wire) Write(p []byte) (n int, err error) {
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

// interrupt ends reads at once and writes soon. It does not block.
func (w *wire) interrupt() error {
	w.interrupted.Store(true)
	now := time.Now()
	return errors.Join(w.tls.SetReadDeadline(now), w.tls.SetWriteDeadline(now.Add(writeGrace)))
}

// close says goodbye with a TLS close_notify and a FIN, and gives the device a
// moment to do the same. Closing with bytes unread would reset the connection,
// and the device could lose the last answer.
//
// observed: a server that refuses closes cleanly; resets upset some clients.
func (w *wire) close() error {
	if w.broken { // TLS cannot go on after that, and nobody listens
		return w.raw.Close()
	}
	var errs []error
	if w.tls.ConnectionState().HandshakeComplete {
		errs = append(errs, w.tls.CloseWrite())
	}
	if half, ok := w.raw.(interface{ CloseWrite() error }); ok {
		errs = append(errs, half.CloseWrite())
	}
	if err := errors.Join(errs...); err != nil { // nobody is there to linger for
		return errors.Join(err, w.raw.Close())
	}
	errs = append(errs, w.raw.SetReadDeadline(time.Now().Add(lingerTime)))
	if _, err := io.CopyN(io.Discard, w.raw, lingerBytes); err != nil && !isEnd(err) {
		errs = append(errs, err)
	}
	return errors.Join(append(errs, w.raw.Close())...)
}
