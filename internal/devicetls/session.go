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
	// Set by newSession and by the handshake; read-only after.
	*sessionSet
	conn        *tlsConn
	framing     framing
	environment apns.Environment
	recorded    atomic.Bool // frames go to the recordings of the device, which the directory has; not read-only
	since       time.Time
	log         sessionLog

	// Owned by the reader.
	deadline         time.Time           // when the next frame must have arrived
	device           *pki.DeviceIdentity // nil until the first Connect is accepted
	times            times
	active           activity
	ack              courier.Ack
	keepalive        courier.Keepalive
	handshakeDone    bool // the TLS handshake is done
	received         bool // a frame has arrived, which moves the deadline
	responsesPending bool // responses may wait in out

	// Guarded by out.
	updates   uint32 // id of the newest channel update
	out       output
	presences [maxPresences]*presence // by slot; changed by the reader
	usedIDs   [maxPresences]uint32    // the message IDs already used in a slot
	delayed   *delayedResponses       // nil if no response is delayed; pushes wait otherwise

	sending        workers.JobState
	reading        workers.JobState // used where reads do not wait
	closing        closeState
	keepaliveTimer delayedKeepalive

	faultMemory atomic.Pointer[fault.Memory] // counters of fault rules; nil if no rule has matched the session
	faults      *sessionFaults               // nil if no fault has held a push or delayed the handshake; guarded by out
}

// newSession makes the session of a connection whose TLS handshake begins after a wait.
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

// run serves the session in a goroutine of its own, until the device closes the connection
// or end is called.
func (s *session) run() {
	s.end(s.read())
	s.close()
}

// serveReady serves what has arrived from the device since the last call, in place of run
// where reads do not wait. One worker at a time does so. At the end of the session,
// reading is left in the running state, so that no worker is scheduled again.
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

// scheduleRead has a worker call serveReady. It does not block.
func (s *session) scheduleRead() {
	if s.reading.Request() {
		s.workers.Add(job{For: s, Do: (*session).serveReady})
	}
}

// read performs the handshake and serves the device until the session ends. Where reads do
// not wait, it returns nil when there is nothing more to read.
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
	return readEndReason(err, s.times.timeoutReason())
}

// releaseBuffers frees what an idle connection does not need. If part of a frame has
// arrived, TCP acknowledges it at once, since the device may send the rest only then
// (Nagle: RFC 9293, 3.7.4).
func (s *session) releaseBuffers() {
	if s.framing.Begun() {
		s.conn.nonblocking.AckNow()
	}
	s.framing.Release()
	netpoll.ReleaseTLS(s.conn.tls, s.device != nil)
}

// readLoop reads and answers frames. Responses are written when no further frame is
// buffered.
func (s *session) readLoop() error {
	for {
		if !s.framing.Buffered() {
			if err := s.flushResponses(); err != nil {
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

// close writes the last frames, ends the presences and closes the connection. A connection
// that failed is logged in one line.
func (s *session) close() {
	defer s.remove(s)
	end := s.closing.reason.Load()
	s.out.lock()
	defer s.out.unlock()
	if s.faults != nil {
		s.faults.timers.End()
	}
	s.cancelKeepaliveLocked()
	s.respondAllLocked()
	s.appendLastFramesLocked(end)
	for slot, p := range s.presences {
		if p != nil {
			s.detachLocked(slot, end.Reason)
		}
	}
	if err := s.out.flushLocked(); err != nil {
		s.log.Debug("cannot write the last frames", "err", err)
	}
	s.recordEnd(end)
	if err := s.conn.close(); err != nil {
		s.log.Debug("cannot close the connection cleanly", "err", err)
	}
	s.report(end)
}

// maxDetail is the maximum length of an error in the journal, in bytes: it may contain
// bytes of the peer.
const maxDetail = 1024

// report logs the end of the connection. If it failed before any login it is also an event;
// otherwise detachLocked has recorded one for each presence.
func (s *session) report(end *endError) {
	args := []any{"reason", string(end.Reason)}
	if s.device != nil {
		args = append([]any{"device", apns.DeviceID(s.device.ID)}, args...)
	}
	quiet := end.Reason == EndHandshake && netconn.IsPortProbe(s.conn.tls, end.Err) // a probe of the port is not logged
	if !quiet && (end.Reason.failure() || s.device == nil && end.Reason != EndShutdown) {
		args = append(args, "err", end)
		if end.Reason == EndClosed { // as apns-sim doctor does, which only looks at the certificate
			s.log.Info("device connection ended before the login", args...)
			return
		}
		s.log.Warn("device connection failed", args...)
		if s.device == nil {
			text := fmt.Sprintf("before the login, from %v: %v", s.conn.raw.RemoteAddr(), end)
			s.record(journal.Disconnected, end.Reason, strings.ToValidUTF8(text[:min(len(text), maxDetail)], ""))
		}
		return
	}
	s.log.Debug("device connection ended", args...)
}
