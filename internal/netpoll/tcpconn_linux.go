package netpoll

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/apns-sim/apns-sim/internal/quickack"
)

// A TCPConn is a [Conn] over TCP. Until Detach it is an ordinary connection, whose reads
// wait. Detach takes the socket out of its net.TCPConn and so out of the Go runtime's
// poller, which would also get every event and needs memory for each connection. After Reattach it is an ordinary connection again.
type TCPConn[T any] struct {
	poller        *Poller[T]
	slot          *slot[T]
	generation    int32 // of the slot
	remote, local netip.AddrPort

	conn atomic.Pointer[net.TCPConn] // nil while detached
	fd   int                         // the socket while detached; -1 otherwise

	hangup   atomic.Bool                   // the peer sends nothing more than what has arrived
	writeBy  atomic.Int64                  // the write deadline, as wakeAt of a slot
	writable atomic.Pointer[chan struct{}] // notifies a waiting write of room and of a new writeBy

	// Owned by the reader.
	drained  bool // everything that had arrived was read
	deadline time.Time
}

// NewConn returns a Conn over tcp, which the caller must register.
func (p *Poller[T]) NewConn(tcp *net.TCPConn) *TCPConn[T] {
	c := &TCPConn[T]{poller: p, remote: addrPort(tcp.RemoteAddr()), local: addrPort(tcp.LocalAddr()), fd: -1}
	c.conn.Store(tcp)
	return c
}

func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort()
	}
	return netip.AddrPort{}
}

// Detach implements [Conn].
func (c *TCPConn[T]) Detach() error {
	conn := c.conn.Load()
	fd, err := duplicate(conn)
	if err != nil {
		return fmt.Errorf("netpoll: detach a socket from its connection: %w", err)
	}
	if err := c.slot.replace(c, conn, fd); err != nil {
		return errors.Join(err, syscall.Close(fd))
	}
	c.fd = fd
	c.writeBy.Store(math.MaxInt64)
	c.conn.Store(nil)
	return conn.Close()
}

// duplicate returns another descriptor of the socket.
func duplicate(conn syscall.Conn) (fd int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := raw.Control(func(of uintptr) {
		syscall.ForkLock.RLock() // a process that is started now must not inherit it
		defer syscall.ForkLock.RUnlock()
		if fd, err = syscall.Dup(int(of)); err == nil {
			syscall.CloseOnExec(fd)
		}
	})
	return fd, errors.Join(controlErr, os.NewSyscallError("dup", err))
}

// Reattach implements [Conn]. If no connection can be made of the socket, it is closed.
func (c *TCPConn[T]) Reattach() {
	c.slot.release()
	if c.fd < 0 {
		return
	}
	_ = c.poller.control(syscall.EPOLL_CTL_DEL, c.fd, nil) // closing the socket does otherwise
	file := os.NewFile(uintptr(c.fd), "tcp")
	c.fd = -1
	defer func() { _ = file.Close() }() // net.FileConn has duplicated it
	conn, err := net.FileConn(file)
	if err != nil {
		return
	}
	c.conn.Store(conn.(*net.TCPConn))
}

// Read implements [net.Conn]. It does not wait while detached.
func (c *TCPConn[T]) Read(p []byte) (int, error) {
	if conn := c.conn.Load(); conn != nil {
		return conn.Read(p)
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case c.drained:
		return 0, c.emptyRead()
	}
	n, err := c.readOnce(p)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		c.drained = true
		return 0, c.emptyRead()
	case err != nil:
		return 0, c.failure("read", err)
	case n == 0:
		return 0, io.EOF
	}
	// A short read has emptied the socket. If the end of the stream follows, the poller
	// has reported it before, or will report it.
	c.drained = n < len(p) && !c.hangup.Load()
	return n, nil
}

func (c *TCPConn[T]) readOnce(p []byte) (n int, err error) {
	for {
		if n, err = syscall.Read(c.fd, p); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

// emptyRead is the error of a read that finds nothing.
func (c *TCPConn[T]) emptyRead() error {
	if !time.Now().Before(c.deadline) {
		return c.failure("read", os.ErrDeadlineExceeded)
	}
	return ErrWouldBlock
}

func (c *TCPConn[T]) failure(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// Write implements [net.Conn]. It waits while the peer does not read, until the write
// deadline.
func (c *TCPConn[T]) Write(p []byte) (int, error) {
	if conn := c.conn.Load(); conn != nil {
		return conn.Write(p)
	}
	n, err := c.writeSome(p)
	if errors.Is(err, syscall.EAGAIN) {
		n, err = c.writeWaiting(p, n)
	}
	if err != nil {
		return n, c.failure("write", err)
	}
	return n, nil
}

// writeSome writes as much as fits into the socket buffer. If that is not all, it fails with EAGAIN.
func (c *TCPConn[T]) writeSome(p []byte) (n int, err error) {
	for n < len(p) {
		m, err := syscall.Write(c.fd, p[n:])
		switch {
		case err == nil:
			n += m
		case !errors.Is(err, syscall.EINTR):
			return n, err
		}
	}
	return n, nil
}

// writeWaiting writes p from n on, and waits where it must.
func (c *TCPConn[T]) writeWaiting(p []byte, n int) (int, error) {
	writable := make(chan struct{}, 1)
	c.writable.Store(&writable) // before the next attempt, so that no event is missed
	defer c.writable.Store(nil)
	for {
		m, err := c.writeSome(p[n:])
		n += m
		if !errors.Is(err, syscall.EAGAIN) {
			return n, err
		}
		timer := time.NewTimer(time.Until(c.poller.timeOf(c.writeBy.Load())))
		select {
		case <-writable:
			timer.Stop()
		case <-timer.C:
			return n, os.ErrDeadlineExceeded
		}
	}
}

// notifyWriter has a write that waits try again.
func (c *TCPConn[T]) notifyWriter() {
	if writable := c.writable.Load(); writable != nil {
		select {
		case *writable <- struct{}{}:
		default: // it was notified already
		}
	}
}

// SetWriteDeadline implements [net.Conn]. It applies to a Write in progress, too.
func (c *TCPConn[T]) SetWriteDeadline(t time.Time) error {
	if conn := c.conn.Load(); conn != nil {
		return c.unlessDetached(conn.SetWriteDeadline(t))
	}
	by := int64(math.MaxInt64)
	if !t.IsZero() {
		by = c.poller.sinceBegan(t)
	}
	c.writeBy.Store(by)
	c.notifyWriter()
	return nil
}

// SetReadDeadline applies to reads that wait; see ReadBy for the others.
func (c *TCPConn[T]) SetReadDeadline(t time.Time) error {
	if conn := c.conn.Load(); conn != nil {
		return c.unlessDetached(conn.SetReadDeadline(t))
	}
	return nil
}

// unlessDetached drops the error of a net.TCPConn that Detach has just closed.
func (c *TCPConn[T]) unlessDetached(err error) error {
	if errors.Is(err, net.ErrClosed) && c.conn.Load() == nil {
		return nil
	}
	return err
}

// SetDeadline implements [net.Conn].
func (c *TCPConn[T]) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// CloseWrite sends a FIN. It fails while detached.
func (c *TCPConn[T]) CloseWrite() error {
	if conn := c.conn.Load(); conn != nil {
		return conn.CloseWrite()
	}
	return net.ErrClosed
}

// Close implements [net.Conn]. The connection must not be detached.
func (c *TCPConn[T]) Close() error {
	if conn := c.conn.Load(); conn != nil {
		return conn.Close()
	}
	return net.ErrClosed
}

// LocalAddr implements [net.Conn].
func (c *TCPConn[T]) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr implements [net.Conn].
func (c *TCPConn[T]) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// Resume implements [Conn].
func (c *TCPConn[T]) Resume() { c.drained = false }

// AckNow implements [Conn].
func (c *TCPConn[T]) AckNow() {
	if c.fd >= 0 {
		quickack.Send(c.fd)
	}
}

// ReadBy implements [Conn].
func (c *TCPConn[T]) ReadBy(t time.Time) error {
	c.deadline = t
	c.slot.setWakeAt(t)
	if !time.Now().Before(t) {
		return c.failure("read", os.ErrDeadlineExceeded)
	}
	return nil
}
