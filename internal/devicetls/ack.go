package devicetls

import (
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// receiveAck completes a push. The message ID alone identifies it, since clients differ in
// the token beside it (observed: apsd omits its base token, other clients send it for
// every push). What each status means is in package broker.
func (s *session) receiveAck(f courier.Frame) error {
	if err := s.framing.Parse(f, &s.ack); err != nil {
		return err
	}
	id, status := s.ack.ID, s.ack.Status
	s.ack = courier.Ack{} // it aliases the frame
	slot := slotOf(id)
	if slot >= maxPresences || s.presences[slot] == nil {
		s.log.Debug("skipped an acknowledgement of an unknown push", "device", s.id(), "id", id)
		return nil
	}
	p := s.presences[slot]
	push, verdict := p.consumer.Ack(deliveryID(p.idOffset, p.last.Load(), id), status)
	switch verdict {
	case broker.RetireToken:
		s.retireApp(push)
	case broker.Unknown:
		s.log.Debug("skipped an acknowledgement of an unknown push", "device", s.id(), "id", id)
	case broker.Done:
	}
	return nil
}

// retireApp retires the token of an app that the device says is gone.
func (s *session) retireApp(push *broker.Push) {
	if RetireApp(s.server.cfg.Vault, s.server.cfg.Broker, push) {
		s.log.Debug("an app's token is retired", "device", push.To.Device, "topic", push.Topic)
	}
}

// RetireApp retires the token of an app that is gone from its device, after a
// push that was sent to it, and drops what else waits for the app. A base token is
// the device's own and stays. So does the next token of an app that was removed and
// has come back before all of its old pushes were settled. It reports whether a
// token was retired.
func RetireApp(v *tokenvault.Vault, b *broker.Broker, push *broker.Push) bool {
	if push.Base {
		return false
	}
	if push.Unreported { // the device confirms it
		v.Confirm([]byte(push.Token))
		return false
	}
	claims, err := v.Decrypt([]byte(push.Token))
	if err != nil || !claims.Retired.IsZero() {
		return false // whatever it was, it is retired already
	}
	v.RetireApp(claims.Address, claims.Tag)
	b.Withdraw(push.To, push.Hash)
	return true
}
