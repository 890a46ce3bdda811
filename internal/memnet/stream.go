package memnet

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// bufferSize is how many unread bytes one direction holds before its writer waits.
const bufferSize = 64 << 10

// bufferKept is how much memory an empty direction keeps; a handshake takes more.
const bufferKept = 1 << 10

// A stream is one direction of a connection: one end writes, the other reads.
// Its errors are those of a TCP socket; the Conn puts them into a net.OpError.
type stream struct {
	mu   sync.Mutex // ready is called with it locked: docs/lock-order.md
	cond sync.Cond  // any change of the fields below; L is mu

	buf     bytes.Buffer
	writing bool // a write is under way: others wait, so that writes never mingle

	readerClosed  bool
	writerClosed  bool
	readDeadline  time.Time // zero: none
	writeDeadline time.Time // zero: none

	later later // nil ready: reads wait
}

func newStream() *stream {
	s := &stream{}
	s.cond.L = &s.mu
	return s
}

// read waits for bytes and reads at most len(p) of them. After the writer has closed, it
// returns the rest and then io.EOF.
func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readerClosed:
			return 0, net.ErrClosed
		case expired(s.readDeadline):
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case s.buf.Len() > 0:
			s.cond.Broadcast() // there will be room for the writer
			n, err := s.buf.Read(p)
			if s.buf.Len() == 0 && s.buf.Cap() > bufferKept {
				s.buf = bytes.Buffer{}
			}
			return n, err
		case s.writerClosed:
			return 0, io.EOF
		case s.later.ready != nil:
			s.buf = bytes.Buffer{}
			return 0, s.later.nothing
		}
		s.waitLocked(s.readDeadline)
	}
}

// write writes all of p, waiting while the buffer is full. It returns how much was
// written before an error.
func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.beginWriteLocked(); err != nil {
		return 0, err
	}
	defer s.endWriteLocked()
	for {
		if err := s.writableLocked(); err != nil {
			return n, err
		}
		if room := min(bufferSize-s.buf.Len(), len(p)-n); room > 0 {
			s.buf.Write(p[n : n+room])
			n += room
			s.cond.Broadcast()
			s.readyLocked()
		}
		if n == len(p) {
			return n, nil
		}
		s.waitLocked(s.writeDeadline)
	}
}

// beginWriteLocked waits until no other write is under way.
func (s *stream) beginWriteLocked() error {
	for s.writing {
		if err := s.writableLocked(); err != nil {
			return err
		}
		s.waitLocked(s.writeDeadline)
	}
	s.writing = true
	return nil
}

func (s *stream) endWriteLocked() {
	s.writing = false
	s.cond.Broadcast()
}

// writableLocked returns why nothing can be written now; nil if something can.
func (s *stream) writableLocked() error {
	switch {
	case s.writerClosed:
		return net.ErrClosed
	case s.readerClosed:
		return syscall.EPIPE // what TCP says once the peer has reset the connection
	case expired(s.writeDeadline):
		return os.ErrDeadlineExceeded
	}
	return nil
}

// waitLocked returns after the next change of the stream, or at the deadline.
func (s *stream) waitLocked(deadline time.Time) {
	if !deadline.IsZero() {
		timer := time.AfterFunc(time.Until(deadline), s.wake)
		defer timer.Stop()
	}
	s.cond.Wait()
}

// wake wakes all waiters. It takes the lock, so that it cannot run between the setting of
// a timer and the wait.
func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cond.Broadcast()
}

// closeReader drops the unread bytes; from now on writes fail with EPIPE. It reports
// whether the reader was still open.
func (s *stream) closeReader() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wasOpen := !s.readerClosed
	s.readerClosed = true
	s.buf = bytes.Buffer{}
	s.readLaterLocked(later{})
	s.cond.Broadcast()
	return wasOpen
}

func (s *stream) isReaderClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readerClosed
}

// closeWriter makes reads return io.EOF after the bytes written so far. It reports whether
// the writer was still open.
func (s *stream) closeWriter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wasOpen := !s.writerClosed
	s.writerClosed = true
	s.cond.Broadcast()
	s.readyLocked()
	return wasOpen
}

func (s *stream) setReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readerClosed {
		return net.ErrClosed
	}
	s.readDeadline = monotonic(t)
	s.cond.Broadcast()
	s.alarmLocked()
	return nil
}

func (s *stream) setWriteDeadline(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeDeadline = monotonic(t)
	s.cond.Broadcast()
}

// expired reports whether the deadline has passed; the zero time never does.
func expired(deadline time.Time) bool {
	return !deadline.IsZero() && !time.Now().Before(deadline)
}

// monotonic puts a deadline on the clock the timers run on: a wall-clock time
// could be ahead of its timer, and the wait would then outlast both.
func monotonic(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	now := time.Now()
	return now.Add(t.Sub(now))
}
