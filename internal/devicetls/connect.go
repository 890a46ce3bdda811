package devicetls

import (
	"cmp"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// connect logs a user of the device in. The first Connect of a connection proves
// which device it is; later ones ride on that.
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
	reception := s.loginFaults(idOf(device))
	if reception.to != nil {
		return s.redirect(reception.to, device, reception.delay)
	}
	if rejected = cmp.Or(reception.rejection, rejected); rejected != nil {
		return s.reject(rejected, reception.delay)
	}
	if s.device == nil {
		if to := s.redirection(m); to != nil {
			return s.redirect(to, device, reception.delay)
		}
		s.device = &pki.DeviceIdentity{ID: device.ID} // the certificate is large, and has done its work
		s.server.directory.add(s, deviceInfo{device.ID, profileOf(m)})
		s.times.loggedIn(time.Now())
	}
	return s.accept(m, login, reception.delay)
}

// authenticate tells which device is on the connection, nil if it has not proven that, and
// whether it is let in.
func (s *session) authenticate(m *courier.Connect) (*pki.DeviceIdentity, login, *rejection) {
	device := s.device
	if device == nil {
		proven, rejected := s.prove(m)
		if rejected != nil {
			return nil, login{}, rejected
		}
		device = proven
	} else if !s.allowed() { // it needs no proof, and is cheap for the device
		return device, login{}, &rejection{reason: tooManyRequests}
	}
	login, rejected := s.admit(device.ID, m.Token)
	return device, login, rejected
}

// accept makes the user present and answers, after a delay: the newest connection
// wins by the time of its Connect.
func (s *session) accept(m *courier.Connect, l login, delay time.Duration) error {
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
		err := s.delayAnswer(delay)
		s.out.lock()
		if err != nil {
			return err
		}
		s.times.loggedIn(time.Now())
	}
	answer := s.response(courier.ConnectAccepted)
	if l.issued || s.server.cfg.EchoToken {
		answer.Token = p.token
	}
	return s.answerLocked(answer)
}

// reject answers a Connect that is refused. A device whose clock is off can try
// again, and one refused user leaves the others of the connection alone;
// otherwise the connection ends.
func (s *session) reject(r *rejection, delay time.Duration) error {
	if err := s.delayAnswer(delay); err != nil {
		return err
	}
	answer := s.response(courier.ConnectRejected)
	answer.RejectionReason = r.message()
	if r.repairable() {
		answer.ClockTime = answer.ServerTime
	}
	if err := s.answer(answer); err != nil {
		return err
	}
	if r.reason == tooManyRequests {
		return nil // the log has said so once
	}
	if r.repairable() || s.device != nil {
		s.log.Info("a device may connect again", "device", s.id(), "reason", r.message(), "err", r.err)
		return nil
	}
	return &endError{EndRejected, r}
}

// response is what every answer to a Connect says. Some clients cannot do
// without one of its fields (observed: pypush, beeper).
func (s *session) response(status uint8) *courier.ConnectResponse {
	return &courier.ConnectResponse{
		Status:       status,
		MaxMessage:   s.server.cfg.MaxMessage,
		Field5:       courier.DefaultField5,
		LargeMessage: s.server.cfg.LargeMessage,
		ServerTime:   uint64(s.server.cfg.Clock.Now().UnixMilli()),
	}
}
