package devicetls

import (
	"errors"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A Redirection redirects devices to another courier.
type Redirection struct {
	// Host is the name or address of the courier to connect to, without port: a
	// device keeps the port it knows.
	Host string
	// Reason is sent along; it may be "".
	Reason string
}

// maxHost is the longest name of a host, in bytes: RFC 1035, 2.3.4.
const maxHost = 253

func (r Redirection) check() error {
	switch {
	case r.Host == "":
		return errors.New("a redirection needs a host")
	case len(r.Host) > maxHost:
		return fmt.Errorf("the host of a redirection has %d bytes; the maximum is %d", len(r.Host), maxHost)
	case len(r.Reason) > courier.MaxItem:
		return fmt.Errorf("the reason of a redirection has %d bytes; the maximum is %d", len(r.Reason), courier.MaxItem)
	}
	return nil
}

// Error says where a device was redirected.
func (r *Redirection) Error() string {
	if r.Reason == "" {
		return "to " + r.Host
	}
	return fmt.Sprintf("to %s (%s)", r.Host, r.Reason)
}

// Redirect redirects a connected device, or all devices if it is zero, to another courier:
// command 0x17, then a clean close. It returns the number of connections, and does not wait
// for them to close.
//
// observed: apsd
func (s *Server) Redirect(device apns.DeviceID, to Redirection) (int, error) {
	if err := to.check(); err != nil {
		return 0, err
	}
	return s.directory.end(device, &endError{EndRedirected, &to}), nil
}

// RedirectLogins redirects every device that logs in from now on, in the response to its
// Connect. A device that reports a redirect is not redirected again, so that the host may
// lead back here. Nil ends it.
//
// observed: apsd, for fields 2 and 9 of the response and field 17 of Connect
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

// redirection returns where a login is redirected; nil if it is not.
func (s *session) redirection(m *courier.Connect) *Redirection {
	if m.RedirectCount > 0 {
		return nil
	}
	return s.server.redirect.Load()
}

// redirect answers a login with another courier, and ends the connection. The device is nil
// if it has not proven its identity.
func (s *session) redirect(to *Redirection, device *pki.DeviceIdentity, delay time.Duration) error {
	s.device = device
	if err := s.delayResponse(delay); err != nil {
		return err
	}
	response := s.response(courier.ConnectAccepted)
	response.RedirectHost, response.RedirectReason = to.Host, to.Reason
	if err := s.respond(response); err != nil {
		return err
	}
	s.log.Info("redirected a device to another courier", "device", s.id(), "reason", to.Reason, "host", to.Host)
	return &endError{Reason: EndRedirected}
}

// appendLastFramesLocked adds the last frames for a device and removes it from the
// directory.
func (s *session) appendLastFramesLocked(end *endError) {
	s.server.directory.remove(s)
	s.appendReplacedLocked()
	if to, ok := errors.AsType[*Redirection](end.Err); ok {
		b := s.out.batchLocked()
		s.appendLocked(b, &courier.Redirect{Host: to.Host, Reason: to.Reason})
	}
}
