package devicetls

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// A tcpLine is a line of TCP.
type tcpLine struct {
	*net.TCPConn                 // for all but reads after the handshake
	raw          syscall.RawConn // of it
	seat         *seat           // in the poller
	turn         int32           // of the seat

	hangup atomic.Bool // the poller has told that the device sends nothing after what is there

	// Owned by whoever reads.
	impatient bool // reads do not wait
	dry       bool // all that had come has been read
	deadline  time.Time
	buf       []byte // where the read under way puts what comes, and its result
	n         int
	err       error
	readOnce  func(fd uintptr) bool
}

func newTCPLine(conn *net.TCPConn) (*tcpLine, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("devicetls: connection for a poller: %w", err)
	}
	l := &tcpLine{TCPConn: conn, raw: raw}
	l.readOnce = func(fd uintptr) bool {
		for {
			l.n, l.err = syscall.Read(int(fd), l.buf)
			if !errors.Is(l.err, syscall.EINTR) {
				return true // whatever it is, it does not wait
			}
		}
	}
	return l, nil
}

// Read reads what has come. It does not wait once the handshake is done.
func (l *tcpLine) Read(p []byte) (int, error) {
	switch {
	case !l.impatient:
		return l.TCPConn.Read(p)
	case len(p) == 0:
		return 0, nil
	case l.dry:
		return 0, l.nothing()
	}
	l.buf = p
	err := l.raw.Read(l.readOnce)
	l.buf = nil
	switch {
	case err != nil:
		return 0, err
	case errors.Is(l.err, syscall.EAGAIN):
		l.dry = true
		return 0, l.nothing()
	case l.err != nil:
		return 0, l.failure(l.err)
	case l.n == 0:
		return 0, io.EOF
	}
	// Less than there was room for is all there was, unless the end comes next: of
	// that there was word before the read, or there will be again.
	l.dry = l.n < len(p) && !l.hangup.Load()
	return l.n, nil
}

// nothing says why a read brings nothing.
func (l *tcpLine) nothing() error {
	if !time.Now().Before(l.deadline) {
		return l.failure(os.ErrDeadlineExceeded)
	}
	return errNothingYet
}

func (l *tcpLine) failure(err error) error {
	return &net.OpError{Op: "read", Net: "tcp", Source: l.LocalAddr(), Addr: l.RemoteAddr(), Err: err}
}

func (l *tcpLine) again() { l.dry = false }

func (l *tcpLine) shaken() error {
	l.impatient = true
	return l.SetReadDeadline(time.Time{})
}

func (l *tcpLine) readBy(t time.Time) error {
	l.deadline = t
	l.seat.wakeBy(t)
	if !time.Now().Before(t) {
		return l.failure(os.ErrDeadlineExceeded)
	}
	return nil
}

func (l *tcpLine) leave() { l.seat.leave() }
