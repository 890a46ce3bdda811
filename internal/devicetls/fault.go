package devicetls

import (
	"cmp"
	"crypto/tls"
	"iter"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/netconn"
	"github.com/apns-sim/apns-sim/internal/timers"
)

// sessionFaults is the state of the faults of a session. Only sessions with a fault that
// lasts have one.
type sessionFaults struct {
	// handshakeAt is when the TLS handshake may begin. Read-only.
	handshakeAt time.Time

	heldPushes // guarded by the output
	timers     timers.Group
}

// faultsLocked returns the session's fault state, which it makes if need be.
func (s *session) faultsLocked() *sessionFaults {
	if s.faults == nil {
		s.faults = new(sessionFaults)
	}
	return s.faults
}

// connFaults yields the faults of a connection of which only the address of the peer is
// known. It records each in the journal before it is applied.
func (s *Server) connFaults(p fault.Point, environment apns.Environment, peer net.Addr) iter.Seq[fault.Hit] {
	return func(yield func(fault.Hit) bool) {
		if !s.cfg.Faults.Any(p) {
			return
		}
		source := fault.SourceOf(peer)
		for hit := range s.cfg.Faults.Hits(p, &fault.Attributes{
			Attributes: filters.Attributes{Environment: environment}, Listener: fault.DeviceListener, Source: source,
		}) {
			s.cfg.Journal.Record(journal.Event{Kind: journal.Faulted, Cause: hit.Rule, Detail: hit.Action.String() + " for " + source})
			if !yield(hit) {
				return
			}
		}
	}
}

// acceptFaults applies faults to a connection before its handshake. It returns how long
// the handshake has to wait, or false if a fault has reset the connection.
func (s *Server) acceptFaults(conn net.Conn) (wait time.Duration, ok bool) {
	for hit := range s.connFaults(fault.AtAccept, s.cfg.Environment, conn.RemoteAddr()) {
		if hit.Action.Do == fault.SlowAccept {
			wait += hit.Delay
			continue
		}
		if err := netconn.Reset(conn); err != nil {
			s.cfg.Log.Debug("cannot reset a connection", "remote", conn.RemoteAddr(), "err", err)
		}
		return 0, false
	}
	return wait, true
}

// handshakeFaults returns the certificate that a fault presents in place of the valid one;
// nil if there is none. It fails if a fault has ended the connection.
func (s *Server) handshakeFaults(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if !s.cfg.Faults.Any(fault.AtHandshake) {
		return nil, nil //nolint:nilnil // There is neither a certificate nor a failure.
	}
	for hit := range s.connFaults(fault.AtHandshake, environment(s.cfg.Environment, hello.ServerName), hello.Conn.RemoteAddr()) {
		if hit.Action.Do == fault.BreakHandshake {
			last, reset := hit.Action.Handshake.Response()
			return nil, netconn.WriteAndClose(hello.Conn, last, reset)
		}
		if s.cfg.FaultyCertificate == nil {
			continue
		}
		certificate, err := s.cfg.FaultyCertificate(hit.Action.Chain, hello)
		if err != nil {
			s.cfg.Log.Error("cannot create the certificate of a fault; the valid one is used", "err", err)
			continue
		}
		return certificate, nil
	}
	return nil, nil //nolint:nilnil // There is neither a certificate nor a failure.
}

// faultsAt yields the faults at a fault point of a connection. device is zero before the
// login.
func (s *session) faultsAt(p fault.Point, device apns.DeviceID) iter.Seq[fault.Hit] {
	attributes := fault.Attributes{Attributes: filters.Attributes{
		Environment: s.environment, Device: device, Space: s.server.cfg.Spaces.ForDevice(device).Team(),
	}}
	return s.server.cfg.Faults.Hits(p, s.describe(&attributes))
}

// describe adds what is known of the connection to a fault attributes.
func (s *session) describe(attributes *fault.Attributes) *fault.Attributes {
	attributes.Listener, attributes.Source, attributes.Memory = fault.DeviceListener, fault.SourceOf(s.conn.raw.RemoteAddr()), s.memory()
	return attributes
}

// memory returns the counters of fault rules for this session.
func (s *session) memory() *fault.Memory {
	s.faultMemory.CompareAndSwap(nil, new(fault.Memory))
	return s.faultMemory.Load()
}

// recordFault records a fault in the journal, before it is applied. about says which push or
// device it applies to.
func (s *session) recordFault(hit *fault.Hit, about journal.Event) {
	spaces := s.server.cfg.Spaces
	about.At = cmp.Or(spaces.Clock(spaces.ForDevice(about.Device)), s.server.cfg.Clock).Now()
	about.Kind, about.Cause, about.Detail = journal.Faulted, hit.Rule, hit.Action.String()
	s.server.cfg.Journal.Record(about)
}

// A loginOverride is what faults do to a login.
type loginOverride struct {
	delay     time.Duration // of the response
	rejection *rejection    // nil if no fault rejects the login
	to        *Redirection  // nil if no fault redirects the device
}

// loginFaults applies faults to a login of a device, which is zero if it has not proven its
// identity.
func (s *session) loginFaults(device apns.DeviceID) (r loginOverride) {
	if !s.server.cfg.Faults.Any(fault.AtLogin) {
		return r
	}
	for hit := range s.faultsAt(fault.AtLogin, device) {
		s.recordFault(&hit, journal.Event{Device: device})
		switch a := hit.Action; a.Do {
		case fault.SlowLogin:
			r.delay += hit.Delay
		case fault.RejectLogin:
			r.rejection = &rejection{reason: faultRejected, text: a.Text, time: a.Retry}
			return r
		case fault.Redirect:
			r.to = &Redirection{Host: a.Host, Reason: a.Text}
			return r
		}
	}
	return r
}

// delayResponse waits before a response. Responses to earlier requests are written first.
func (s *session) delayResponse(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := s.flushResponses(); err != nil {
		return err
	}
	s.pause(d)
	return nil
}

// ignoresKeepalive reports whether a fault suppresses the response to a keepalive.
func (s *session) ignoresKeepalive() bool {
	if !s.server.cfg.Faults.Any(fault.AtKeepalive) {
		return false
	}
	for hit := range s.faultsAt(fault.AtKeepalive, s.id()) {
		s.recordFault(&hit, journal.Event{Device: s.id()})
		return true
	}
	return false
}
