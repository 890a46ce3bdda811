package device

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/netpoll"
)

// past is a deadline that ends reads at once.
var past = time.Unix(1, 0)

// A session is one connection to a courier, from the attempt to connect to its close. The
// goroutine that runs the device reads. Where reads wait, a second goroutine sends what no
// frame asked for.
type session struct {
	// Set before the login; read-only after.
	d             *Device
	ctx           context.Context // of the connection
	cancel        context.CancelCauseFunc
	started       time.Time
	conn          *tls.Conn           // nil if there was no handshake
	nonblocking   netpoll.Nonblocking // the transport of conn if its reads need not wait; nil otherwise
	pendingSignal chan struct{}       // holds a token when sendPending is to be called, where reads wait

	interrupt     sync.WaitGroup // of reads, at the end of ctx
	stopInterrupt func() bool    // prevents the interruption of reads

	wanted   atomic.Uint32 // what sendPending is to do
	lateAcks lateAcks

	// Guarded by the device's mu.
	powers []power // power states that are not sent yet
	syncs  syncs

	// Owned by the reader.
	reader frameReader
	note   courier.Notification // the one being handled
	acks   []byte               // frames not sent yet

	pending pendingWork // owned by the goroutine that calls sendPending

	// writing makes frames follow each other, and guards packer.
	writing sync.Mutex
	packer  *courier.Packer // nil if the framing is plain
}

func newSession(ctx context.Context, cancel context.CancelCauseFunc, d *Device) *session {
	return &session{d: d, ctx: ctx, cancel: cancel, started: time.Now(), pendingSignal: make(chan struct{}, 1)}
}

// open connects and logs in. Whatever ends ctx makes reading fail, so that
// acknowledgements already decided still leave before the connection is closed.
func (s *session) open() error {
	deadline := s.started.Add(loginTimeout)
	dialing, stop := context.WithDeadline(s.ctx, deadline)
	defer stop()
	conn, err := s.d.dial(dialing)
	if err != nil {
		return err
	}
	s.conn = conn
	s.frame(conn.ConnectionState().NegotiatedProtocol)
	s.interrupt.Add(1)
	s.stopInterrupt = context.AfterFunc(s.ctx, func() {
		defer s.interrupt.Done()
		conn.SetReadDeadline(past) //nolint:errcheck // A closed connection does not block either.
	})
	if s.d.cfg.Workers != nil {
		s.nonblocking, _ = conn.NetConn().(netpoll.Nonblocking)
	}
	if err := s.login(s.ctx, deadline); err != nil {
		return err
	}
	s.pending.keepalive = newKeepalive(s)
	if s.nonblocking != nil {
		s.nonblocking.SetNonblocking(netpoll.ErrWouldBlock, s.d.wake)
	}
	return nil
}

// serve handles what has arrived and sends what is pending. It reports whether the
// connection has ended, and why.
func (s *session) serve() (ended bool, err error) {
	if s.nonblocking == nil {
		return true, s.serveWaiting()
	}
	if err := s.readLoop(s.ctx); !errors.Is(err, netpoll.ErrWouldBlock) {
		return true, err
	}
	if err := s.sendPending(); err != nil {
		return true, err
	}
	s.releaseBuffers()
	return false, nil
}

// serveWaiting is serve where reads wait: it returns when the connection has ended, and its
// second goroutine has returned.
func (s *session) serveWaiting() error {
	var sending sync.WaitGroup
	sending.Go(func() { s.cancel(s.sendPendingLoop()) })
	err := s.readLoop(s.ctx)
	s.cancel(err)
	sending.Wait()
	return err
}

// releaseBuffers frees what an idle connection does not need.
func (s *session) releaseBuffers() {
	s.acks, s.note = nil, courier.Notification{}
	s.reader.Release()
	netpoll.ReleaseTLS(s.conn, true)
}

// end ends the session because of err. It returns why the connection ended: nil if the
// device itself ended it.
func (s *session) end(accepted bool, err error) error {
	d := s.d
	defer d.signalEnded()
	s.cancel(err)
	if s.conn != nil {
		if s.stopInterrupt() {
			s.interrupt.Done()
		}
		s.interrupt.Wait()
		s.pending.stop()
		s.close()
	}
	d.setSession(nil)
	err = context.Cause(s.ctx) // what came first
	if d.ctx.Err() != nil || intended(err) {
		err = nil
	}
	if time.Since(s.started) >= stableAfter {
		d.backoff.reset()
		d.redirects = 0
	}
	if accepted {
		d.rejections = 0
		d.emit(Event{Kind: EventDisconnected, Err: err})
	} else if _, rejected := identityRejected(err); err != nil && !rejected {
		d.emit(Event{Kind: EventConnectFailed, Err: err})
	}
	return err
}

// readLoop handles frames until the connection ends. Acknowledgements leave when no
// complete frame is left in memory: one write for all that came together.
func (s *session) readLoop(ctx context.Context) error {
	for {
		frame, err := s.reader.Next()
		if errors.Is(err, io.EOF) {
			return s.flushAndReturn(ctx, ErrClosed)
		}
		if err != nil {
			return s.flushAndReturn(ctx, err)
		}
		if err := s.handle(frame); err != nil {
			return s.flushAndReturn(ctx, err)
		}
		if !s.reader.Buffered() || len(s.acks) > maxAcks {
			if err := s.flushAcks(); err != nil {
				return err
			}
		}
	}
}

// flushAndReturn sends the acknowledgements already decided, unless the connection ends
// abruptly. A failure to do so matters less than err, which ended the reading.
func (s *session) flushAndReturn(ctx context.Context, err error) error {
	if abrupt(context.Cause(ctx)) {
		return err
	}
	if flushErr := s.flushAcks(); flushErr != nil {
		s.d.cfg.Log.Debug("acks lost", "err", flushErr)
	}
	return err
}

// write sends plain frames at once, in the framing of the connection.
func (s *session) write(frames []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	frames, err := s.frameLocked(frames)
	if err != nil {
		return err
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if _, err := s.conn.Write(frames); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
