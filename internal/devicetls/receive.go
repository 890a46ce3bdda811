package devicetls

import "github.com/apns-sim/apns-sim/internal/courier"

// receive handles one frame. An error ends the connection.
func (s *session) receive(f courier.Frame) error {
	if s.device == nil && f.Command != courier.CmdConnect {
		s.log.Debug("skipped a command before the login", "command", f.Command)
		return nil
	}
	s.recordReceived(f)
	switch f.Command {
	case courier.CmdAck:
		return s.receiveAck(f)
	case courier.CmdKeepalive:
		return s.receiveKeepalive(f)
	case courier.CmdConnect:
		return receive(s, f, s.connect)
	case courier.CmdFilter:
		return receive(s, f, s.filter)
	case courier.CmdTokenRequest:
		return receive(s, f, s.tokenRequest)
	case courier.CmdActiveState:
		return receive(s, f, s.activeState)
	case courier.CmdNotification:
		return receive(s, f, s.deviceMessage)
	case courier.CmdFlush:
		return receive(s, f, s.flush)
	case courier.CmdChannel:
		return receive(s, f, s.channel)
	case courier.CmdPresenceTracking:
		return receive(s, f, s.setSalt)
	case courier.CmdActiveInterval:
		return receive(s, f, ignore[courier.ActiveInterval])
	case courier.CmdTransportAck:
		return receive(s, f, ignore[courier.TransportAck])
	case courier.CmdTracingAck:
		return receive(s, f, ignore[courier.TracingAck])
	case courier.CmdFlushResponse:
		return receive(s, f, ignore[courier.FlushResponse])
	}
	s.log.Debug("skipped an unknown command", "command", f.Command)
	return nil
}

// receive parses a frame into a message and passes it to handle.
func receive[T any, M interface {
	*T
	courier.Message
}](s *session, f courier.Frame, handle func(M) error) error {
	m := M(new(T))
	if err := s.framing.Parse(f, m); err != nil {
		return err
	}
	return handle(m)
}

// ignore ignores a message that has no response and no effect.
func ignore[T any](*T) error { return nil }
