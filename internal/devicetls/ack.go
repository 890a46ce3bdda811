package devicetls

import (
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// receiveAck settles a push. The message id alone says which: clients differ in
// the token they put beside it (observed: apsd leaves its base token out, others
// write that for every push).
func (s *session) receiveAck(f courier.Frame) error {
	if err := s.framing.Parse(f, &s.ack); err != nil {
		return err
	}
	id, status := s.ack.ID, s.ack.Status
	s.ack = courier.Ack{} // it aliases the frame
	slot := slotOf(id)
	if slot >= maxPresences || s.presences[slot] == nil {
		s.log.Debug("an acknowledgement of nothing is skipped", "device", s.id(), "id", id)
		return nil
	}
	p := s.presences[slot]
	push, verdict := p.route.Ack(routeID(p.base, p.last.Load(), id), status)
	switch verdict {
	case broker.Gone:
		s.retire(push)
	case broker.Unknown:
		s.log.Debug("an acknowledgement of nothing is skipped", "device", s.id(), "id", id)
	case broker.Settled:
	}
	return nil
}

// retire makes void the token of an app that the device says is gone. A base
// token is the device's own and stays. So does the next token of an app that was
// removed and has come back before all of its old pushes were answered.
func (s *session) retire(push *broker.Push) {
	if push.Base {
		return
	}
	claims, err := s.server.cfg.Vault.Open([]byte(push.Token))
	if err != nil || !claims.Retired.IsZero() {
		return // whatever it was, it is void already
	}
	s.server.cfg.Vault.RetireApp(claims.Address, claims.Tag)
	s.server.cfg.Broker.Withdraw(push.To, push.Hash)
	s.log.Debug("an app's token is retired", "device", push.To.Device, "topic", push.Topic)
}
