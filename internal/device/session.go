package device

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// longAgo is a deadline that wakes whoever waits.
var longAgo = time.Unix(1, 0)

// A session is one connection to a courier, from the end of the TLS handshake to
// its close. The goroutine of Run reads; a second one, tend, sends what no frame
// asked for.
type session struct {
	// Set before the goroutines start; read-only after.
	d         *Device
	conn      *tls.Conn
	loggedIn  chan struct{} // closed after the login
	appsDirty chan struct{} // holds a token when the apps have changed
	pong      chan struct{} // holds a token when a keepalive was answered
	sync      chan struct{} // holds a token when somebody waits for the courier to catch up

	powered chan struct{} // holds a token when powers are to be told
	late    lateAcks

	// Guarded by the device's mu.
	powers []power // states of the device that the courier is to hear of
	syncs  syncs

	// Owned by the reader, which is the goroutine of Run.
	reader frameReader
	note   courier.Notification // the one being looked at
	acks   []byte               // frames not sent yet

	// writing makes frames follow each other, and guards packer.
	writing sync.Mutex
	packer  *courier.Packer // nil if the framing is plain
}

// serve connects and serves the connection until it ends, ctx included. accepted
// says whether the courier took the login.
func (d *Device) serve(ctx context.Context, cancel context.CancelCauseFunc) (accepted bool, err error) {
	deadline := time.Now().Add(loginTimeout)
	dialing, stop := context.WithDeadline(ctx, deadline)
	defer stop()
	conn, err := d.dial(dialing)
	if err != nil {
		return false, err
	}
	s := &session{
		d:         d,
		conn:      conn,
		loggedIn:  make(chan struct{}),
		appsDirty: make(chan struct{}, 1),
		pong:      make(chan struct{}, 1),
		sync:      make(chan struct{}, 1),

		powered: make(chan struct{}, 1),
		late:    lateAcks{wake: make(chan struct{}, 1)},
	}
	s.frame(conn.ConnectionState().NegotiatedProtocol)
	return s.run(ctx, cancel, deadline)
}

// run logs in and reads until the end. Its second goroutine has returned when it
// returns. Whatever ends ctx makes reading fail, so that acknowledgements already
// decided still leave before the connection is closed.
func (s *session) run(ctx context.Context, cancel context.CancelCauseFunc, deadline time.Time) (accepted bool, err error) {
	defer s.close(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		cancel(s.tend(ctx))
		s.conn.SetReadDeadline(longAgo) //nolint:errcheck // A closed connection does not block either.
	})
	if err = s.login(ctx, deadline); err == nil {
		accepted = true
		close(s.loggedIn)
		err = s.readLoop(ctx)
	}
	cancel(err)
	wg.Wait()
	return accepted, err
}

// readLoop handles frames until the connection ends. Acknowledgements leave when no
// complete frame is left in memory: one write for all that came together.
func (s *session) readLoop(ctx context.Context) error {
	for {
		frame, err := s.next()
		if errors.Is(err, io.EOF) {
			return s.leave(ctx, ErrClosed)
		}
		if err != nil {
			return s.leave(ctx, err)
		}
		if err := s.handle(frame); err != nil {
			return s.leave(ctx, err)
		}
		if !s.reader.Buffered() || len(s.acks) > maxAcks {
			if err := s.flushAcks(); err != nil {
				return err
			}
		}
	}
}

// leave sends the acknowledgements already decided, unless the device leaves without
// a word; a failure to do so matters less than err, which ended the reading.
func (s *session) leave(ctx context.Context, err error) error {
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
		return fmt.Errorf("device: write: %w", err)
	}
	if _, err := s.conn.Write(frames); err != nil {
		return fmt.Errorf("device: write: %w", err)
	}
	return nil
}
