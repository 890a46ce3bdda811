package devicetls

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

	"github.com/apns-sim/apns-sim/internal/idle"
	"github.com/apns-sim/apns-sim/internal/quickack"
)

// A tcpConn is a line of TCP. During the handshake it is an ordinary connection, in
// which reads wait. Then it takes the socket out of that, and out of the network
// poller of Go, which would be told of everything as well and needs memory for each
// connection. For the last words it is an ordinary connection again.
type tcpConn struct {
	slot          *slot // in the poller
	generation    int32 // of the seat
	remote, local netip.AddrPort

	conn atomic.Pointer[net.TCPConn] // nil while the socket is our own
	fd   int                         // the socket, while it is our own

	hangup   atomic.Bool                   // the poller has told that the device sends nothing after what is there
	writeBy  atomic.Int64                  // the time by which a write must be done, as in seat
	writable atomic.Pointer[chan struct{}] // where a write that waits is told of room and of a new writeBy

	// Owned by whoever reads.
	drained  bool // all that had come has been read
	deadline time.Time
}

func newTCPConn(conn *net.TCPConn) *tcpConn {
	l := &tcpConn{remote: addrPort(conn.RemoteAddr()), local: addrPort(conn.LocalAddr()), fd: -1}
	l.conn.Store(conn)
	return l
}

func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort()
	}
	return netip.AddrPort{}
}

// detach makes the socket our own.
func (l *tcpConn) detach() error {
	conn := l.conn.Load()
	fd, err := duplicate(conn)
	if err != nil {
		return fmt.Errorf("devicetls: take a socket out of its connection: %w", err)
	}
	if err := l.slot.replace(l, conn, fd); err != nil {
		return errors.Join(err, syscall.Close(fd))
	}
	l.fd = fd
	l.writeBy.Store(math.MaxInt64)
	l.conn.Store(nil)
	return conn.Close()
}

// duplicate gives another descriptor of a connection's socket. It does not block.
func duplicate(conn syscall.Conn) (fd int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := raw.Control(func(of uintptr) {
		syscall.ForkLock.RLock() // a program that is started now must not inherit it
		defer syscall.ForkLock.RUnlock()
		if fd, err = syscall.Dup(int(of)); err == nil {
			syscall.CloseOnExec(fd)
		}
	})
	return fd, errors.Join(controlErr, os.NewSyscallError("dup", err))
}

// reattach leaves the poller and makes an ordinary connection of the socket, for the
// last words. If that fails the socket is closed.
func (l *tcpConn) reattach() {
	l.slot.release()
	if l.fd < 0 {
		return
	}
	_ = l.slot.poller.control(syscall.EPOLL_CTL_DEL, l.fd, nil) // otherwise closing it does
	file := os.NewFile(uintptr(l.fd), "device")
	l.fd = -1
	defer func() { _ = file.Close() }() // the connection has a descriptor of its own
	conn, err := net.FileConn(file)
	if err != nil {
		return
	}
	l.conn.Store(conn.(*net.TCPConn))
}

// Read reads what has come. It does not wait once the handshake is done.
func (l *tcpConn) Read(p []byte) (int, error) {
	if conn := l.conn.Load(); conn != nil {
		return conn.Read(p)
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case l.drained:
		return 0, l.emptyRead()
	}
	n, err := l.readOnce(p)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		l.drained = true
		return 0, l.emptyRead()
	case err != nil:
		return 0, l.failure("read", err)
	case n == 0:
		return 0, io.EOF
	}
	// Less than there was room for is all there was, unless the end comes next: of
	// that there was word before the read, or there will be again.
	l.drained = n < len(p) && !l.hangup.Load()
	return n, nil
}

func (l *tcpConn) readOnce(p []byte) (n int, err error) {
	for {
		if n, err = syscall.Read(l.fd, p); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

// emptyRead says why a read brings nothing.
func (l *tcpConn) emptyRead() error {
	if !time.Now().Before(l.deadline) {
		return l.failure("read", os.ErrDeadlineExceeded)
	}
	return idle.ErrWouldBlock
}

func (l *tcpConn) failure(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: l.LocalAddr(), Addr: l.RemoteAddr(), Err: err}
}

// Write writes all of p. It waits when the device does not read, until the time set
// for writes.
func (l *tcpConn) Write(p []byte) (int, error) {
	if conn := l.conn.Load(); conn != nil {
		return conn.Write(p)
	}
	n, err := l.writeSome(p)
	if errors.Is(err, syscall.EAGAIN) {
		n, err = l.writeWaiting(p, n)
	}
	if err != nil {
		return n, l.failure("write", err)
	}
	return n, nil
}

// writeSome writes what there is room for. If that is not all, it fails with EAGAIN.
func (l *tcpConn) writeSome(p []byte) (n int, err error) {
	for n < len(p) {
		m, err := syscall.Write(l.fd, p[n:])
		switch {
		case err == nil:
			n += m
		case !errors.Is(err, syscall.EINTR):
			return n, err
		}
	}
	return n, nil
}

// writeWaiting writes what is left of p after n bytes.
func (l *tcpConn) writeWaiting(p []byte, n int) (int, error) {
	writable := make(chan struct{}, 1)
	l.writable.Store(&writable) // before the next attempt, so that no word of room is missed
	defer l.writable.Store(nil)
	for {
		m, err := l.writeSome(p[n:])
		n += m
		if !errors.Is(err, syscall.EAGAIN) {
			return n, err
		}
		timer := time.NewTimer(time.Until(l.slot.poller.timeOf(l.writeBy.Load())))
		select {
		case <-writable:
			timer.Stop()
		case <-timer.C:
			return n, os.ErrDeadlineExceeded
		}
	}
}

// notifyWriter tells a write that waits that something has changed for it.
func (l *tcpConn) notifyWriter() {
	if writable := l.writable.Load(); writable != nil {
		select {
		case *writable <- struct{}{}:
		default: // it knows
		}
	}
}

// SetWriteDeadline sets the time by which writes must be done, the one under way
// among them.
func (l *tcpConn) SetWriteDeadline(t time.Time) error {
	if conn := l.conn.Load(); conn != nil {
		return l.unlessDetached(conn.SetWriteDeadline(t))
	}
	by := int64(math.MaxInt64)
	if !t.IsZero() {
		by = l.slot.poller.sinceBegan(t)
	}
	l.writeBy.Store(by)
	l.notifyWriter()
	return nil
}

// SetReadDeadline is for reads that wait; see readDeadline for others.
func (l *tcpConn) SetReadDeadline(t time.Time) error {
	if conn := l.conn.Load(); conn != nil {
		return l.unlessDetached(conn.SetReadDeadline(t))
	}
	return nil
}

// unlessDetached gives the failure of a connection, unless the socket was just taken out of
// it.
func (l *tcpConn) unlessDetached(err error) error {
	if errors.Is(err, net.ErrClosed) && l.conn.Load() == nil {
		return nil
	}
	return err
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (l *tcpConn) SetDeadline(t time.Time) error {
	return errors.Join(l.SetReadDeadline(t), l.SetWriteDeadline(t))
}

// CloseWrite says that nothing more is sent.
func (l *tcpConn) CloseWrite() error {
	if conn := l.conn.Load(); conn != nil {
		return conn.CloseWrite()
	}
	return net.ErrClosed
}

// Close closes the connection, which is not in the poller any more.
func (l *tcpConn) Close() error {
	if conn := l.conn.Load(); conn != nil {
		return conn.Close()
	}
	return net.ErrClosed
}

func (l *tcpConn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(l.local) }
func (l *tcpConn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(l.remote) }

func (l *tcpConn) resume() { l.drained = false }

func (l *tcpConn) acknowledge() {
	if l.fd >= 0 {
		quickack.Send(l.fd)
	}
}

func (l *tcpConn) readDeadline(t time.Time) error {
	l.deadline = t
	l.slot.setWakeAt(t)
	if !time.Now().Before(t) {
		return l.failure("read", os.ErrDeadlineExceeded)
	}
	return nil
}
