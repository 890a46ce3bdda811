package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// pollers serve all benchmark devices in a few goroutines, which the kernel tells where
// something has come. A goroutine for each device would take processor time that the
// server is to have.
type pollers struct{ pollers [2]poller }

// A poller serves a part of the devices in one goroutine.
type poller struct {
	begin sync.Once
	epoll int
	err   error

	mu      sync.Mutex
	devices []*benchDevice // by their place in epoll
}

// pollTimeout is how often a poller checks whether the run is over.
const pollTimeout = 50 // milliseconds

func newPollers() *pollers { return new(pollers) }

// hold makes the connection of a device one that the pollers can serve.
func (*pollers) hold(conn net.Conn) (net.Conn, error) { return &epollConn{Conn: conn}, nil }

// take has a device served that has logged in.
func (c *pollers) take(f *fleet, d *benchDevice) error {
	return c.pollers[d.number%len(c.pollers)].take(f, d)
}

func (h *poller) take(f *fleet, d *benchDevice) error {
	h.begin.Do(func() {
		if h.epoll, h.err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); h.err == nil {
			f.ending.Go(func() { h.run(f) })
		}
	})
	if h.err != nil {
		return os.NewSyscallError("epoll_create1", h.err)
	}
	line := d.conn.NetConn().(*epollConn)
	if err := line.own(); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.devices = append(h.devices, d)
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(h.devices) - 1)}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(h.epoll, syscall.EPOLL_CTL_ADD, line.fd, &event))
}

// run serves the devices until the fleet ends, and hangs up.
func (h *poller) run(f *fleet) {
	defer h.hangUp()
	var events [512]syscall.EpollEvent
	var ready []*benchDevice
	for f.running.Err() == nil {
		n, err := syscall.EpollWait(h.epoll, events[:], pollTimeout)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			f.fail(os.NewSyscallError("epoll_wait", err))
			return
		}
		ready = h.appendReady(ready[:0], events[:max(0, n)])
		for _, d := range ready {
			d.conn.NetConn().(*epollConn).dry = false
			if err := d.serve(f); !errors.Is(err, errDry) {
				f.fail(fmt.Errorf("device %d: %w", d.number, err))
				return
			}
		}
	}
}

func (h *poller) appendReady(ready []*benchDevice, events []syscall.EpollEvent) []*benchDevice {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range events {
		ready = append(ready, h.devices[events[i].Fd])
	}
	return ready
}

func (h *poller) hangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.devices {
		_ = d.conn.NetConn().Close() // nothing is to come of it
	}
	_ = syscall.Close(h.epoll)
}

// errDry says that nothing more has come. As a temporary [net.Error] it leaves a TLS
// connection as it is.
var errDry net.Error = dry{}

type dry struct{}

func (dry) Error() string   { return "nothing has come yet" }
func (dry) Timeout() bool   { return false }
func (dry) Temporary() bool { return true }

// A lineOfCrew is a connection that, once it is owned, does not wait and has left the
// network poller of Go.
type epollConn struct {
	net.Conn      // nil once it is owned
	fd       int  // when it is owned
	dry      bool // all that had come has been read
}

// own takes the socket out of its connection.
func (l *epollConn) own() error {
	raw, err := l.Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	var dup error
	err = raw.Control(func(fd uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		if l.fd, dup = syscall.Dup(int(fd)); dup == nil {
			syscall.CloseOnExec(l.fd)
		}
	})
	if err := errors.Join(err, os.NewSyscallError("dup", dup)); err != nil {
		return err
	}
	err = l.Conn.Close()
	l.Conn = nil
	return err
}

func (l *epollConn) Read(p []byte) (int, error) {
	if l.Conn != nil {
		return l.Conn.Read(p)
	}
	if l.dry {
		return 0, errDry
	}
	n, err := syscall.Read(l.fd, p)
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return 0, errDry // the kernel tells again
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case n == 0:
		return 0, io.EOF
	}
	l.dry = n < len(p)
	return n, nil
}

// Write writes acknowledgements. A server that does not read those ends the
// benchmark.
func (l *epollConn) Write(p []byte) (n int, err error) {
	if l.Conn != nil {
		return l.Conn.Write(p)
	}
	for n < len(p) {
		m, err := syscall.Write(l.fd, p[n:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return n, os.NewSyscallError("write", err)
		}
		n += m
	}
	return n, nil
}

func (l *epollConn) Close() error {
	if l.Conn != nil {
		return l.Conn.Close()
	}
	return os.NewSyscallError("close", syscall.Close(l.fd))
}

func (l *epollConn) SetDeadline(t time.Time) error {
	if l.Conn != nil {
		return l.Conn.SetDeadline(t)
	}
	return nil
}
