package devicetls

import "github.com/apns-sim/apns-sim/internal/courier"

// deviceMessage acknowledges a message from the device. The simulator delivers it to nobody. Acknowledgements are
// sent in the order of the messages: apsd takes each for its oldest message and ignores the
// ID.
//
// observed: apsd
func (s *session) deviceMessage(m *courier.DeviceMessage) error {
	ack := courier.DeviceMessageAck{ID: m.ID, Status: s.deviceMessageStatus(m)}
	s.log.Debug("acknowledged a message from the device", "device", s.id(), "status", ack.Status)
	if d := s.server.cfg.DeviceMessageAckDelay; d > 0 {
		if err := s.flushResponses(); err != nil {
			return err
		}
		s.pause(d)
	}
	return s.respondLater(&ack)
}

func (s *session) deviceMessageStatus(m *courier.DeviceMessage) uint8 {
	switch {
	case !s.active.reported || !s.times.filtered:
		// observed: beeper; the device sends such a message again
		return courier.DeviceMessageTooEarly
	case len(m.Payload) > int(s.server.cfg.LargeMessage):
		return courier.DeviceMessageInvalid
	}
	return courier.DeviceMessageAccepted
}
