package netpoll

import (
	"net"
	"time"
)

// A Nonblocking is a connection that reports by itself when it is readable, as one in
// memory does.
type Nonblocking interface {
	net.Conn
	// SetNonblocking makes reads that would wait return wouldBlock, and has ready
	// called whenever a read may do something else, also at the read deadline. With a
	// nil ready reads wait again. ready must not use the connection, nor wait.
	SetNonblocking(wouldBlock error, ready func())
}

// A MemoryConn is a [Conn] that needs no poller.
type MemoryConn struct {
	Nonblocking
	// Ready is called when the connection is readable. It must be set before Detach.
	Ready func()
}

// Detach implements [Conn].
func (c *MemoryConn) Detach() error {
	c.SetNonblocking(ErrWouldBlock, c.Ready)
	return nil
}

// Resume implements [Conn].
func (c *MemoryConn) Resume() {}

// ReadBy implements [Conn].
func (c *MemoryConn) ReadBy(t time.Time) error { return c.SetReadDeadline(t) }

// AckNow implements [Conn].
func (c *MemoryConn) AckNow() {}

// Reattach implements [Conn].
func (c *MemoryConn) Reattach() { c.SetNonblocking(nil, nil) }

// CloseWrite sends an end of stream, if the connection has one.
func (c *MemoryConn) CloseWrite() error {
	if half, ok := c.Nonblocking.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
