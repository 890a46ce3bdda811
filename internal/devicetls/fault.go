package devicetls

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/later"
	"github.com/apns-sim/apns-sim/internal/match"
)

// A twist is what faults do to a session. It is made for those that meet one that
// lasts.
type twist struct {
	// opens is when the TLS handshake may begin. Read-only.
	opens time.Time

	detour // held by whoever writes
	timers later.Group
}

// twistLocked returns the session's twist.
func (s *session) twistLocked() *twist {
	if s.twist == nil {
		s.twist = new(twist)
	}
	return s.twist
}

// hitConn returns the faults of a connection of which nothing is known but where it
// comes from, and puts them into the journal.
func (s *Server) hitConn(p fault.Point, environment apns.Environment, peer net.Addr) []fault.Hit {
	if !s.cfg.Faults.Any(p) {
		return nil
	}
	source := fault.SourceOf(peer)
	hits := s.cfg.Faults.Hit(p, &fault.Subject{
		Subject: match.Subject{Environment: environment}, Door: fault.DeviceDoor, Source: source,
	})
	for i := range hits {
		s.cfg.Journal.Record(journal.Event{Kind: journal.Faulted, Cause: hits[i].Rule, Detail: hits[i].Action.String() + " for " + source})
	}
	return hits
}

// receive says what faults do to a connection before its handshake: it waits, or
// it is reset and closed, for which receive reports false.
func (s *Server) receive(conn net.Conn) (wait time.Duration, ok bool) {
	for _, hit := range s.hitConn(fault.AtAccept, s.cfg.Environment, conn.RemoteAddr()) {
		if hit.Action.Do == fault.SlowAccept {
			wait += hit.Delay
			continue
		}
		var err error
		if t, ok := conn.(interface{ SetLinger(sec int) error }); ok {
			err = t.SetLinger(0) // if it fails, the connection ends with a FIN
		}
		if err = errors.Join(err, conn.Close()); err != nil {
			s.cfg.Log.Debug("a connection that is reset has gone", "remote", conn.RemoteAddr(), "err", err)
		}
		return 0, false
	}
	return wait, true
}

// flawed returns the certificate that a fault has shown instead of the good one; nil
// if there is none.
func (s *Server) flawed(hello *tls.ClientHelloInfo) (shown *tls.Certificate) {
	if !s.cfg.Faults.Any(fault.AtHandshake) {
		return nil
	}
	for _, hit := range s.hitConn(fault.AtHandshake, environment(s.cfg.Environment, hello.ServerName), hello.Conn.RemoteAddr()) {
		if s.cfg.FaultyCertificate == nil {
			continue
		}
		certificate, err := s.cfg.FaultyCertificate(hit.Action.Chain)
		if err != nil {
			s.cfg.Log.Error("the certificate of a fault cannot be had; the good one is shown", "err", err)
			continue
		}
		shown = certificate
	}
	return shown
}

// hit returns the faults at a point of a connection whose device is known, or is
// zero.
func (s *session) hit(p fault.Point, device apns.DeviceID) []fault.Hit {
	if !s.server.cfg.Faults.Any(p) {
		return nil
	}
	subject := fault.Subject{Subject: match.Subject{Environment: s.environment, Device: device}}
	return s.server.cfg.Faults.Hit(p, s.describe(&subject))
}

// describe adds to a subject what is known of the connection.
func (s *session) describe(subject *fault.Subject) *fault.Subject {
	subject.Door, subject.Source = fault.DeviceDoor, fault.SourceOf(s.wire.raw.RemoteAddr())
	return subject
}

// noteFault puts a fault into the journal, before it is done. The event says at
// least what was hit and which device it is.
func (s *session) noteFault(hit *fault.Hit, about journal.Event) {
	spaces := s.server.cfg.Spaces
	about.At = cmp.Or(spaces.Clock(spaces.Home(about.Device)), s.server.cfg.Clock).Now()
	about.Kind, about.Cause, about.Detail = journal.Faulted, hit.Rule, hit.Action.String()
	s.server.cfg.Journal.Record(about)
}

// A reception is what faults do to a login.
type reception struct {
	delay   time.Duration // of the answer
	refusal *refusal      // nil if it is none of theirs
	to      *Redirection  // nil if the device is not sent elsewhere
}

// misreceive says what faults do to a login of a device, which is zero if it has
// not proven itself.
func (s *session) misreceive(device apns.DeviceID) (r reception) {
	for _, hit := range s.hit(fault.AtLogin, device) {
		s.noteFault(&hit, journal.Event{Device: device})
		switch a := hit.Action; a.Do {
		case fault.SlowLogin:
			r.delay += hit.Delay
		case fault.RefuseLogin:
			r.refusal = &refusal{why: byFault, text: a.Text, time: a.Retry}
			return r
		case fault.Redirect:
			r.to = &Redirection{Host: a.Host, Reason: a.Text}
			return r
		}
	}
	return r
}

// putOff waits before an answer that comes later. What was answered before leaves
// at once.
func (s *session) putOff(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := s.flushAnswers(); err != nil {
		return err
	}
	s.pause(d)
	return nil
}

// ignoresKeepalive reports whether a fault leaves a keepalive unanswered.
func (s *session) ignoresKeepalive() bool {
	hits := s.hit(fault.AtKeepalive, s.id())
	for i := range hits {
		s.noteFault(&hits[i], journal.Event{Device: s.id()})
	}
	return len(hits) > 0
}
