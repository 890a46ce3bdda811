package devicetls

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/netconn"
	"github.com/apns-sim/apns-sim/internal/netpoll"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/workers"
)

// A session is one connection of a device, from its accept to its close.
type session struct {
	// Set before anything is done for the session; read-only after.
	*sessionSet
	conn        *tlsConn
	framing     framing
	environment apns.Environment
	since       time.Time
	log         sessionLog

	// Owned by whoever reads, one at a time.
	deadline       time.Time           // when the next frame must have come
	device         *pki.DeviceIdentity // nil until the first Connect is accepted
	times          times
	active         activity
	ack            courier.Ack
	keepalive      courier.Keepalive
	handshakeDone  bool // the TLS handshake is done
	received       bool // a frame has come, which moves the deadline
	answersPending bool // answers may wait in out

	// Held by whoever writes; see output.
	updates   uint32 // id of the newest channel update
	out       output
	presences [maxPresences]*presence // by slot; changed by whoever reads
	bases     [maxPresences]uint32    // where a slot's message ids go on
	delayed   *delayedAnswers         // nil if none are, and pushes need not wait

	sending        workers.JobState
	reading        workers.JobState // used where a poller tells what has come
	closing        closeState
	keepaliveTimer delayedKeepalive

	faultMemory atomic.Pointer[fault.Memory] // of the rules of faults; nil if none has looked at the session
	faults      *sessionFaults               // nil if no fault has met the session; held by whoever writes
}

// newSession makes the session of a connection that waits so long before its TLS
// handshake.
func newSession(g *sessionSet, w *tlsConn, wait time.Duration) *session {
	now := time.Now()
	times := newTimes(&g.server.cfg, now.Add(wait))
	s := &session{
		sessionSet: g,
		conn:       w,
		since:      now,
		framing:    newPlain(w.tls),
		log:        sessionLog{g.server.cfg.Log, w.raw},
		times:      times,
		deadline:   times.login,
		out:        newOutput(w),
	}
	if wait > 0 {
		s.faults = &sessionFaults{handshakeAt: now.Add(wait)}
	}
	return s
}

// run serves the session until the device leaves or end is called. A worker that
// comes to it later finds nothing.
func (s *session) run() {
	s.end(s.read())
	s.close()
}

// serveReady serves what has come from the device since the last time, in place of
// run, where reads do not wait. One worker at a time does so. After the last time
// the turn is never given back.
func (s *session) serveReady() {
	for {
		s.reading.Start()
		s.conn.resume()
		end := s.read()
		if end != nil {
			s.end(end)
			s.close()
			return
		}
		s.releaseBuffers()
		if s.reading.Finish() {
			return
		}
	}
}

// scheduleRead has a worker attend to the session. It does not block.
func (s *session) scheduleRead() {
	if s.reading.Request() {
		s.workers.Add(job{For: s, Do: (*session).serveReady})
	}
}

// read performs the handshake and serves the device until something ends that. It
// returns nil if nothing more has come, where reads do not wait.
func (s *session) read() *endError {
	if !s.handshakeDone {
		if s.faults != nil {
			s.pause(time.Until(s.faults.handshakeAt))
		}
		if err := s.conn.handshake(s.deadline); err != nil {
			return &endError{EndHandshake, netconn.ExplainHandshakeError(s.conn.tls, err)}
		}
		s.handshakeDone = true
		s.countHandshake()
		state := s.conn.tls.ConnectionState()
		s.environment = environment(s.server.cfg.Environment, state.ServerName)
		if state.NegotiatedProtocol != "" {
			s.framing = newFraming(state.NegotiatedProtocol, s.conn.tls)
		}
	}
	err := s.readLoop()
	if errors.Is(err, netpoll.ErrWouldBlock) {
		return nil
	}
	return readEnding(err, s.times.timeoutEnding())
}

// releaseBuffers gives back what an idle connection does not need. Part of a frame that has come
// is acknowledged, since a device may keep the rest until then.
func (s *session) releaseBuffers() {
	if s.framing.Begun() {
		s.conn.nonblocking.AckNow()
	}
	s.framing.Release()
	netpoll.ReleaseTLS(s.conn.tls, s.device != nil)
}

// readLoop reads and answers frames. Answers leave when no further frame is at
// hand.
func (s *session) readLoop() error {
	for {
		if !s.framing.Buffered() {
			if err := s.flushAnswers(); err != nil {
				return err
			}
			if s.received {
				s.received, s.deadline = false, s.times.next(time.Now())
			}
			if err := s.conn.readDeadline(s.deadline); err != nil {
				return err
			}
		}
		f, err := s.framing.Next()
		if err != nil {
			return err
		}
		s.received = true
		if err := s.receive(f); err != nil {
			return err
		}
	}
}

// close ends the presences, says the last words and closes the connection. A
// connection that failed costs one line in the log.
func (s *session) close() {
	defer s.remove(s)
	end := s.closing.ending.Load()
	s.out.lock()
	defer s.out.unlock()
	if s.faults != nil {
		s.faults.timers.End()
	}
	s.cancelKeepaliveLocked()
	s.answerAllLocked()
	s.appendLastFramesLocked(end)
	for slot, p := range s.presences {
		if p != nil {
			s.detachLocked(slot, end.Ending)
		}
	}
	if err := s.out.flushLocked(); err != nil {
		s.log.Debug("the last words do not reach the device", "err", err)
	}
	if err := s.conn.close(); err != nil {
		s.log.Debug("the connection does not close cleanly", "err", err)
	}
	s.report(end)
}

// maxDetail is how much the journal is told of an error, in bytes: a peer may have written
// some of it.
const maxDetail = 1024

// report logs the end of the connection. One that failed before any login is an event,
// too: of the others, the end of the presence is.
func (s *session) report(end *endError) {
	args := []any{"reason", string(end.Ending)}
	if s.device != nil {
		args = append([]any{"device", apns.DeviceID(s.device.ID)}, args...)
	}
	quiet := end.Ending == EndHandshake && netconn.IsPortProbe(s.conn.tls, end.Err) // a probe of the port is no news
	if !quiet && (end.Ending.failure() || s.device == nil && end.Ending != EndShutdown) {
		args = append(args, "err", end)
		if end.Ending == EndLeft { // its own wish, or a look at the certificate, as apns-sim doctor takes one
			s.log.Info("device connection ended before the login", args...)
			return
		}
		s.log.Warn("device connection failed", args...)
		if s.device == nil {
			text := fmt.Sprintf("before the login, from %v: %v", s.conn.raw.RemoteAddr(), end)
			s.record(journal.Disconnected, end.Ending, strings.ToValidUTF8(text[:min(len(text), maxDetail)], ""))
		}
		return
	}
	s.log.Debug("device connection ended", args...)
}
