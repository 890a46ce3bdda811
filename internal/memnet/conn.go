package memnet

import (
	"errors"
	"io"
	"net"
	"time"
)

// A Conn is one end of a connection in memory. It is a net.Conn, safe for use
// by any number of goroutines, with the errors of a TCP connection: net.ErrClosed
// after the own Close or CloseWrite, io.EOF after the peer's, syscall.EPIPE on writing to a
// peer that has closed, and os.ErrDeadlineExceeded at a deadline. All but io.EOF
// come inside a *net.OpError.
type Conn struct {
	in, out       *stream
	local, remote Addr
}

// Pipe returns the two ends of a new connection.
func Pipe() (a, b net.Conn) {
	return pipe(Addr{port: 1}, Addr{port: 2})
}

func pipe(addrA, addrB Addr) (a, b *Conn) {
	toA, toB := newStream(), newStream()
	a = &Conn{in: toA, out: toB, local: addrA, remote: addrB}
	b = &Conn{in: toB, out: toA, local: addrB, remote: addrA}
	return a, b
}

// Read waits for bytes from the peer and takes at most len(p) of them.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	return n, c.opError("read", err)
}

// SetNonblocking makes Read return the error nothing, not wrapped, where it would block.
// ready is called whenever Read would return something else: when bytes arrive, at the end,
// and at the read deadline. It is called with the connection locked, so it must not use the
// connection or block. A nil ready makes Read block again.
func (c *Conn) SetNonblocking(nothing error, ready func()) {
	c.in.readLater(later{nothing: asIs{nothing}, ready: ready})
}

// Write sends all of p. It waits while 64 KiB are unread at the peer. The bytes of
// concurrent writes do not mingle.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	return n, c.opError("write", err)
}

// Close ends both directions. The peer can still read what was written before;
// what the peer wrote and nobody read is lost. A second Close returns net.ErrClosed.
func (c *Conn) Close() error {
	wasOpen := c.in.closeReader()
	c.out.closeWriter()
	if !wasOpen {
		return c.opError("close", net.ErrClosed)
	}
	return nil
}

// CloseWrite ends the outgoing direction: the peer reads what was written before
// and then io.EOF. Reading goes on.
func (c *Conn) CloseWrite() error {
	if !c.out.closeWriter() {
		return c.opError("close", net.ErrClosed)
	}
	return nil
}

// LocalAddr returns the address of this end, an [Addr].
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the peer, an [Addr].
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets the deadline of reading and writing; the zero time removes it.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the time at which reads fail, those that wait included;
// the zero time removes it.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.opError("set", c.in.setReadDeadline(t))
}

// SetWriteDeadline sets the time at which writes fail, those that wait included;
// the zero time removes it.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if c.in.isReaderClosed() {
		return c.opError("set", net.ErrClosed)
	}
	c.out.setWriteDeadline(t)
	return nil
}

// opError wraps a failure as package net does. io.EOF is not wrapped, since readers
// compare it, nor is the error given to [Conn.SetNonblocking].
func (c *Conn) opError(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	if nothing, ok := err.(asIs); ok { //nolint:errorlint // It is never wrapped.
		return nothing.error
	}
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}
