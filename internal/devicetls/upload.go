package devicetls

import "github.com/apns-sim/apns-sim/internal/courier"

// upload acknowledges a message from the device, which has no recipient. Acknowledgements are
// sent in the order of the messages: apsd takes each for its oldest message and ignores the
// ID.
//
// observed: apsd
func (s *session) upload(m *courier.Upload) error {
	ack := courier.UploadAck{ID: m.ID, Status: s.uploadStatus(m)}
	s.log.Debug("acknowledged a message from the device", "device", s.id(), "status", ack.Status)
	if d := s.server.cfg.UploadAckDelay; d > 0 {
		if err := s.flushResponses(); err != nil {
			return err
		}
		s.pause(d)
	}
	return s.respondLater(&ack)
}

func (s *session) uploadStatus(m *courier.Upload) uint8 {
	switch {
	case !s.active.reported || !s.times.filtered:
		// observed: beeper; the device sends such a message again
		return courier.UploadTooEarly
	case len(m.Payload) > int(s.server.cfg.LargeMessage):
		return courier.UploadInvalid
	}
	return courier.UploadAccepted
}
