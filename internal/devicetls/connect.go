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
	device, login, refused := s.judge(m)
	reception := s.misreceive(idOf(device))
	if reception.to != nil {
		return s.redirect(reception.to, device, reception.delay)
	}
	if refused = cmp.Or(reception.refusal, refused); refused != nil {
		return s.refuse(refused, reception.delay)
	}
	if s.device == nil {
		if to := s.redirection(m); to != nil {
			return s.redirect(to, device, reception.delay)
		}
		s.device = &pki.DeviceIdentity{ID: device.ID} // the certificate is large, and has done its work
		s.server.directory.enter(s, known{device.ID, profileOf(m)})
		s.times.loggedIn(time.Now())
	}
	return s.accept(m, login, reception.delay)
}

// judge tells which device is on the connection, nil if it has not proven that, and
// whether it is let in.
func (s *session) judge(m *courier.Connect) (*pki.DeviceIdentity, login, *refusal) {
	device := s.device
	if device == nil {
		proven, refused := s.prove(m)
		if refused != nil {
			return nil, login{}, refused
		}
		device = proven
	} else if !s.allowed() { // it needs no proof, and is cheap for the device
		return device, login{}, &refusal{why: tooManyRequests}
	}
	login, refused := s.admit(device.ID, m.Token)
	return device, login, refused
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
	defer s.settleFormer(broker.Address(l.address))()
	s.out.lock()
	defer s.out.unlock()
	s.attachLocked(p)
	if l.issued {
		s.recordToken("base token", p.token)
	}
	if delay > 0 {
		s.out.unlock()
		err := s.putOff(delay)
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

// refuse answers a Connect that is refused. A device whose clock is off can try
// again, and one refused user leaves the others of the connection alone;
// otherwise the connection ends.
func (s *session) refuse(r *refusal, delay time.Duration) error {
	if err := s.putOff(delay); err != nil {
		return err
	}
	answer := s.response(courier.ConnectRefused)
	answer.RefusalReason = r.told()
	if r.repairable() {
		answer.ClockTime = answer.ServerTime
	}
	if err := s.answer(answer); err != nil {
		return err
	}
	if r.why == tooManyRequests {
		return nil // the log has said so once
	}
	if r.repairable() || s.device != nil {
		s.log.Info("a device may connect again", "device", s.id(), "reason", r.told(), "err", r.err)
		return nil
	}
	return &endError{EndRefused, r}
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
