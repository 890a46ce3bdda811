package devicetls

import (
	"errors"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A Redirection sends devices to another courier.
type Redirection struct {
	// Host is the name or address of the courier to connect to, without port: a
	// device keeps the port it knows.
	Host string
	// Reason is told along; it may be "".
	Reason string
}

// maxHost is the longest name of a host, in bytes: RFC 1035, 2.3.4.
const maxHost = 253

func (r Redirection) check() error {
	switch {
	case r.Host == "":
		return errors.New("devicetls: a redirection needs a host")
	case len(r.Host) > maxHost:
		return fmt.Errorf("devicetls: a redirection to a host of %d bytes; %d are the most", len(r.Host), maxHost)
	case len(r.Reason) > courier.MaxItem:
		return fmt.Errorf("devicetls: a reason of %d bytes; %d are the most", len(r.Reason), courier.MaxItem)
	}
	return nil
}

// Error says where a device was sent. A redirection is what ends its connection.
func (r *Redirection) Error() string {
	if r.Reason == "" {
		return "to " + r.Host
	}
	return fmt.Sprintf("to %s (%s)", r.Host, r.Reason)
}

// Redirect sends a device that is connected to another courier, or all devices
// if it is zero: command 0x17, then a clean close. It returns how many connections
// there were, and does not wait for them to be closed.
//
// observed: apsd
func (s *Server) Redirect(device apns.DeviceID, to Redirection) (int, error) {
	if err := to.check(); err != nil {
		return 0, err
	}
	return s.directory.end(device, &endError{EndRedirected, &to}), nil
}

// RedirectLogins has every device that logs in from now on sent to another
// courier, in the answer to its Connect. A device that says it has been
// redirected already is let in, so that the host may lead back here. Nil ends
// this.
//
// observed: apsd, for fields 2 and 9 of the answer and field 17 of Connect
func (s *Server) RedirectLogins(to *Redirection) error {
	if to != nil {
		if err := to.check(); err != nil {
			return err
		}
		copied := *to
		to = &copied
	}
	s.redirect.Store(to)
	return nil
}

// redirection returns the courier whose name a login is answered with; nil if there
// is none.
func (s *session) redirection(m *courier.Connect) *Redirection {
	if m.RedirectCount > 0 {
		return nil
	}
	return s.server.redirect.Load()
}

// redirect answers a login with the name of another courier, and ends the
// connection. The device is nil if it has not proven itself.
func (s *session) redirect(to *Redirection, device *pki.DeviceIdentity, delay time.Duration) error {
	s.device = device
	if err := s.delayAnswer(delay); err != nil {
		return err
	}
	answer := s.response(courier.ConnectAccepted)
	answer.RedirectHost, answer.RedirectReason = to.Host, to.Reason
	if err := s.answer(answer); err != nil {
		return err
	}
	s.log.Info("a device is sent to another courier", "device", s.id(), "reason", to.Reason, "host", to.Host)
	return &endError{Ending: EndRedirected}
}

// appendLastFramesLocked says the last words to a device and takes it out of the
// directory.
func (s *session) appendLastFramesLocked(end *endError) {
	s.server.directory.remove(s)
	s.appendReplacedLocked()
	if to, ok := errors.AsType[*Redirection](end.Err); ok {
		b := s.out.batchLocked()
		b.frames = s.framing.Append(b.frames, &courier.Redirect{Host: to.Host, Reason: to.Reason})
	}
}
