package devicetls

import (
	"slices"
	"time"

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
	device := s.device
	if device == nil {
		proven, refusal := s.prove(m)
		if refusal != nil {
			return s.refuse(refusal)
		}
		device = proven
	}
	login, refusal := s.admit(device.ID, m.Token)
	if refusal != nil {
		return s.refuse(refusal)
	}
	if s.device == nil {
		s.device = &pki.DeviceIdentity{ID: device.ID} // the certificate is large, and has done its work
		if over, err := s.redirected(m); over {
			return err
		}
		s.server.directory.enter(s, device.ID)
		s.times.loggedIn(time.Now())
	}
	return s.accept(m, login)
}

// accept makes the user present and answers.
func (s *session) accept(m *courier.Connect, l login) error {
	p := &presence{
		session: s,
		address: l.address,
		token:   slices.Clone(l.token),
		version: m.ProtocolVersion,
		slot:    l.slot,

		redirects: m.RedirectCount,
	}
	answer := s.response(courier.ConnectAccepted)
	if l.issued || s.server.cfg.EchoToken {
		answer.Token = p.token
	}
	s.out.lock()
	defer s.out.unlock()
	s.attachLocked(p)
	if l.issued {
		s.recordToken("base token", p.token)
	}
	return s.answerLocked(answer)
}

// refuse answers a Connect that is refused. A device whose clock is off can try
// again, and one refused user leaves the others of the connection alone;
// otherwise the connection ends.
func (s *session) refuse(r *refusal) error {
	answer := s.response(courier.ConnectRefused)
	answer.RefusalReason = r.why.String()
	if r.why.repairable() {
		answer.ClockTime = answer.ServerTime
	}
	if err := s.answer(answer); err != nil {
		return err
	}
	if r.why.repairable() || s.device != nil {
		s.log.Info("a device may connect again", "device", s.id(), "reason", r.why.String(), "err", r.err)
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
