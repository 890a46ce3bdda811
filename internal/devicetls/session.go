package devicetls

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A session is one connection of a device, from its accept to its close.
type session struct {
	// Set before the goroutines start; read-only after.
	server      *Server
	senders     *senders
	wire        *wire
	framing     framing
	environment apns.Environment
	remote      string
	since       time.Time
	log         *slog.Logger
	end         context.CancelCauseFunc // the first cause given counts
	done        <-chan struct{}         // closed once end was called

	// Owned by readLoop, and by run once it has returned.
	device    *pki.DeviceIdentity // nil until the first Connect is accepted
	times     times
	active    activity
	answered  bool // answers may wait in out
	ack       courier.Ack
	keepalive courier.Keepalive

	// Held by whoever writes; see output.
	out       output
	lastStamp uint64                  // timestamp of the newest push
	updates   uint32                  // id of the newest channel update
	presences [maxPresences]*presence // by slot; changed by readLoop alone
	bases     [maxPresences]uint32    // where a slot's message ids go on

	turn turn
}

func newSession(server *Server, senders *senders, conn net.Conn) *session {
	w := newWire(conn, server.tls, server.cfg.WriteTimeout)
	now := time.Now()
	return &session{
		server:  server,
		remote:  conn.RemoteAddr().String(),
		since:   now,
		senders: senders,
		wire:    w,
		framing: newPlain(w.tls),
		log:     server.cfg.Log.With("remote", conn.RemoteAddr().String()),
		times:   newTimes(&server.cfg, now),
		out:     newOutput(w),
	}
}

// run serves the session until the device leaves or ctx ends. A sender that
// comes to it later finds nothing.
func (s *session) run(ctx context.Context) {
	ctx, s.end = context.WithCancelCause(ctx)
	s.done = ctx.Done()
	interrupted := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(interrupted)
		if err := s.wire.interrupt(); err != nil {
			s.log.Debug("a closed connection is interrupted", "err", err)
		}
	})
	s.end(s.read())
	<-interrupted
	s.close(endingOf(ctx))
}

// read performs the handshake and serves the device until something ends that.
func (s *session) read() *endError {
	if err := s.wire.handshake(s.times.login); err != nil {
		return &endError{EndHandshake, err}
	}
	state := s.wire.tls.ConnectionState()
	s.environment = environment(s.server.cfg.Environment, state.ServerName)
	if state.NegotiatedProtocol != "" {
		s.framing = newFraming(state.NegotiatedProtocol, s.wire.tls)
	}
	return readEnding(s.readLoop(), s.times.late())
}

// readLoop reads and answers frames. Answers leave when no further frame is at
// hand.
func (s *session) readLoop() error {
	for {
		if !s.framing.Buffered() {
			if err := s.flushAnswers(); err != nil {
				return err
			}
			if err := s.wire.readBy(s.times.next(time.Now())); err != nil {
				return err
			}
		}
		f, err := s.framing.Next()
		if err != nil {
			return err
		}
		if err := s.receive(f); err != nil {
			return err
		}
	}
}

// close ends the presences, says the last words and closes the connection. A
// connection that failed costs one line in the log.
func (s *session) close(end *endError) {
	s.out.lock()
	defer s.out.unlock()
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

// report logs the end of the connection.
func (s *session) report(end *endError) {
	log := s.log
	if s.device != nil {
		log = log.With("device", apns.DeviceID(s.device.ID))
	}
	if end.Ending.failure() || s.device == nil && end.Ending != EndShutdown {
		log.Warn("device connection failed", "reason", string(end.Ending), "err", end)
		return
	}
	log.Debug("device connection ended", "reason", string(end.Ending))
}
