package devicetls

import (
	"cmp"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// connect logs in a user of the device. The first Connect of a connection proves the
// identity of the device; later ones rely on it.
//
// observed: apsd
func (s *session) connect(m *courier.Connect) error {
	if m.State == courier.StateOffline {
		if s.device != nil {
			s.offline(m.Token)
		}
		return nil
	}
	device, login, rejected := s.authenticate(m)
	override := s.loginFaults(idOf(device))
	if override.to != nil {
		return s.redirect(override.to, device, override.delay)
	}
	if rejected = cmp.Or(override.rejection, rejected); rejected != nil {
		return s.reject(rejected, override.delay)
	}
	if s.device == nil {
		if to := s.redirection(m); to != nil {
			return s.redirect(to, device, override.delay)
		}
		s.device = &pki.DeviceIdentity{ID: device.ID} // without the certificate, which is large and not needed any more
		s.server.directory.add(s, deviceInfo{device.ID, profileOf(m), s.security(device)})
		s.recordConnect(m)
		s.times.loggedIn(time.Now())
	}
	return s.completeLogin(m, login, override.delay)
}

// authenticate returns the device of the connection, nil if it has not proven its identity,
// and its login, or why it is rejected.
func (s *session) authenticate(m *courier.Connect) (*pki.DeviceIdentity, login, *rejection) {
	device := s.device
	if device == nil {
		proven, rejected := s.prove(m)
		if rejected != nil {
			return nil, login{}, rejected
		}
		device = proven
	} else if !s.allowed() { // it needs no signature, so it is limited
		return device, login{}, &rejection{reason: tooManyRequests}
	}
	login, rejected := s.baseTokenFor(device.ID, m.Token)
	return device, login, rejected
}

// completeLogin attaches the user and answers, after a delay. The user is attached first: of two
// connections the one with the later Connect wins.
func (s *session) completeLogin(m *courier.Connect, l login, delay time.Duration) error {
	p := &presence{
		session: s,
		address: l.address,
		token:   slices.Clone(l.token),
		version: m.ProtocolVersion,
		slot:    l.slot,

		redirects: m.RedirectCount,
	}
	defer s.waitForAcks(broker.Address(l.address))()
	s.out.lock()
	defer s.out.unlock()
	s.attachLocked(p)
	if l.issued {
		s.recordToken("base token", p.token)
	}
	if delay > 0 {
		s.out.unlock()
		err := s.delayResponse(delay)
		s.out.lock()
		if err != nil {
			return err
		}
		s.times.loggedIn(time.Now())
	}
	response := s.response(courier.ConnectAccepted)
	if l.issued || s.server.cfg.EchoToken {
		response.Token = p.token
	}
	return s.respondLocked(response)
}

// reject answers a Connect that is rejected. A device with a wrong clock can try again, and
// a rejected user does not affect the others of the connection; otherwise the connection
// ends.
func (s *session) reject(r *rejection, delay time.Duration) error {
	if err := s.delayResponse(delay); err != nil {
		return err
	}
	response := s.response(courier.ConnectRejected)
	response.RejectionReason = r.message()
	if r.repairable() {
		response.ClockTime = response.ServerTime
	}
	if err := s.respond(response); err != nil {
		return err
	}
	if r.reason == tooManyRequests {
		return nil // allowed has logged it
	}
	if r.repairable() || s.device != nil {
		s.log.Info("rejected a login; the device may try again", "device", s.id(), "reason", r.message(), "err", r.err)
		return nil
	}
	return &endError{EndRejected, r}
}

// response returns the fields that every response to a Connect has. Some clients require all
// of them (observed: pypush, beeper).
func (s *session) response(status uint8) *courier.ConnectResponse {
	return &courier.ConnectResponse{
		Status:       status,
		MaxMessage:   s.server.cfg.MaxMessage,
		Field5:       courier.DefaultField5,
		LargeMessage: s.server.cfg.LargeMessage,
		ServerTime:   uint64(s.server.cfg.Clock.Now().UnixMilli()),
	}
}
