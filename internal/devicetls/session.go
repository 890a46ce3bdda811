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
	"github.com/apns-sim/apns-sim/internal/idle"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/netconn"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A session is one connection of a device, from its accept to its close.
type session struct {
	// Set before anything is done for the session; read-only after.
	*gathering
	wire        *wire
	framing     framing
	environment apns.Environment
	since       time.Time
	log         sessionLog

	// Owned by whoever reads, one at a time.
	deadline  time.Time           // when the next frame must have come
	device    *pki.DeviceIdentity // nil until the first Connect is accepted
	times     times
	active    activity
	ack       courier.Ack
	keepalive courier.Keepalive
	greeted   bool // the TLS handshake is done
	heard     bool // a frame has come, which moves the deadline
	answered  bool // answers may wait in out

	// Held by whoever writes; see output.
	updates   uint32 // id of the newest channel update
	out       output
	presences [maxPresences]*presence // by slot; changed by whoever reads
	bases     [maxPresences]uint32    // where a slot's message ids go on
	delayed   *delayedAnswers         // nil if none are, and pushes need not wait

	sending idle.Turn
	reading idle.Turn // used where a poller tells what has come
	over    over
	late    lateAnswer

	memory atomic.Pointer[fault.Memory] // of the rules of faults; nil if none has looked at the session
	twist  *twist                       // nil if no fault has met the session; held by whoever writes
}

// newSession makes the session of a connection that waits so long before its TLS
// handshake.
func newSession(g *gathering, w *wire, wait time.Duration) *session {
	now := time.Now()
	times := newTimes(&g.server.cfg, now.Add(wait))
	s := &session{
		gathering: g,
		wire:      w,
		since:     now,
		framing:   newPlain(w.tls),
		log:       sessionLog{g.server.cfg.Log, w.raw},
		times:     times,
		deadline:  times.login,
		out:       newOutput(w),
	}
	if wait > 0 {
		s.twist = &twist{opens: now.Add(wait)}
	}
	return s
}

// run serves the session until the device leaves or end is called. A worker that
// comes to it later finds nothing.
func (s *session) run() {
	s.end(s.read())
	s.close()
}

// attend serves what has come from the device since the last time, in place of
// run, where reads do not wait. One worker at a time does so. After the last time
// the turn is never given back.
func (s *session) attend() {
	for {
		s.reading.Begin()
		s.wire.again()
		end := s.read()
		if end != nil {
			s.end(end)
			s.close()
			return
		}
		s.rest()
		if s.reading.Done() {
			return
		}
	}
}

// attendSoon has a worker attend to the session. It does not block.
func (s *session) attendSoon() {
	if s.reading.Want() {
		s.workers.Add(job{For: s, Do: (*session).attend})
	}
}

// read performs the handshake and serves the device until something ends that. It
// returns nil if nothing more has come, where reads do not wait.
func (s *session) read() *endError {
	if !s.greeted {
		if s.twist != nil {
			s.pause(time.Until(s.twist.opens))
		}
		if err := s.wire.handshake(s.deadline); err != nil {
			return &endError{EndHandshake, netconn.Explain(s.wire.tls, err)}
		}
		s.greeted = true
		s.shaken()
		state := s.wire.tls.ConnectionState()
		s.environment = environment(s.server.cfg.Environment, state.ServerName)
		if state.NegotiatedProtocol != "" {
			s.framing = newFraming(state.NegotiatedProtocol, s.wire.tls)
		}
	}
	err := s.readLoop()
	if errors.Is(err, idle.ErrNothingYet) {
		return nil
	}
	return readEnding(err, s.times.late())
}

// rest gives back what an idle connection does not need. Part of a frame that has come
// is acknowledged, since a device may keep the rest until then.
func (s *session) rest() {
	if s.framing.Begun() {
		s.wire.line.acknowledge()
	}
	s.framing.Release()
	idle.RestTLS(s.wire.tls, s.device != nil)
}

// readLoop reads and answers frames. Answers leave when no further frame is at
// hand.
func (s *session) readLoop() error {
	for {
		if !s.framing.Buffered() {
			if err := s.flushAnswers(); err != nil {
				return err
			}
			if s.heard {
				s.heard, s.deadline = false, s.times.next(time.Now())
			}
			if err := s.wire.readBy(s.deadline); err != nil {
				return err
			}
		}
		f, err := s.framing.Next()
		if err != nil {
			return err
		}
		s.heard = true
		if err := s.receive(f); err != nil {
			return err
		}
	}
}

// close ends the presences, says the last words and closes the connection. A
// connection that failed costs one line in the log.
func (s *session) close() {
	defer s.leave(s)
	end := s.over.how.Load()
	s.out.lock()
	defer s.out.unlock()
	if s.twist != nil {
		s.twist.timers.End()
	}
	s.withdrawLateLocked()
	s.answerAllLocked()
	s.farewellLocked(end)
	for slot, p := range s.presences {
		if p != nil {
			s.detachLocked(slot, end.Ending)
		}
	}
	if err := s.out.flushLocked(); err != nil {
		s.log.Debug("the last words do not reach the device", "err", err)
	}
	if err := s.wire.close(); err != nil {
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
	quiet := end.Ending == EndHandshake && netconn.Silent(s.wire.tls, end.Err) // a probe of the port is no news
	if !quiet && (end.Ending.failure() || s.device == nil && end.Ending != EndShutdown) {
		args = append(args, "err", end)
		if end.Ending == EndLeft { // its own wish, or a look at the certificate, as apns-sim doctor takes one
			s.log.Info("device connection ended before the login", args...)
			return
		}
		s.log.Warn("device connection failed", args...)
		if s.device == nil {
			text := fmt.Sprintf("before the login, from %v: %v", s.wire.raw.RemoteAddr(), end)
			s.record(journal.Disconnected, end.Ending, strings.ToValidUTF8(text[:min(len(text), maxDetail)], ""))
		}
		return
	}
	s.log.Debug("device connection ended", args...)
}
