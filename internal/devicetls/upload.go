package devicetls

import "github.com/apns-sim/apns-sim/internal/courier"

// activity is what decides whether a device may send messages of its own.
type activity struct {
	told   bool // Set active state has come, whichever state
	active bool // the state; devices are active until they say otherwise
}

// activeState notes whether the device is in use. There is no answer. The
// command names no token, so it speaks for all presences.
//
// observed: apsd
func (s *session) activeState(m *courier.ActiveState) error {
	s.activity = activity{told: true, active: m.State != courier.StateInactive}
	for _, p := range s.presences {
		if p != nil {
			p.route.SetActive(s.activity.active)
		}
	}
	return nil
}

// upload acknowledges a message that the device sends. Nobody receives it. The
// acknowledgements go in the order of the messages: Apple's daemon settles its
// oldest one and does not read the id.
//
// observed: apsd
func (s *session) upload(m *courier.Upload) error {
	ack := courier.UploadAck{ID: m.ID, Status: s.uploadStatus(m)}
	s.log.Debug("a message from the device is acknowledged", "device", s.id(), "status", ack.Status)
	if d := s.server.cfg.UploadAckDelay; d > 0 {
		if err := s.flushAnswers(); err != nil {
			return err
		}
		s.pause(d)
	}
	return s.answer(&ack)
}

func (s *session) uploadStatus(m *courier.Upload) uint8 {
	switch {
	case !s.activity.told || !s.times.filtered:
		// observed: beeper; a device sends such a message again.
		return courier.UploadTooEarly
	case len(m.Payload) > int(s.server.cfg.LargeMessage):
		return courier.UploadInvalid
	}
	return courier.UploadAccepted
}
