package device

import (
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// handle does what a frame asks for. An error ends the connection.
func (s *session) handle(f courier.Frame) error {
	switch f.Command {
	case courier.CmdNotification:
		return s.receive(f)
	case courier.CmdKeepaliveResponse:
		s.request(keepaliveAnswered)
		return nil
	case courier.CmdTokenResponse:
		return parsed(f, s.tokenResponse)
	case courier.CmdNoStorage:
		s.d.trace(StepNoStorage{})
		return nil
	case courier.CmdChannel:
		return parsed(f, s.channelResponse)
	case courier.CmdChannelUpdate:
		return parsed(f, s.channelUpdate)
	case courier.CmdFlush:
		return parsed(f, s.flush)
	case courier.CmdFlushResponse:
		return parsed(f, s.flushed)
	case courier.CmdFilterUpdate:
		return parsed(f, s.filterUpdate)
	case courier.CmdRedirect:
		return parsed(f, s.redirect)
	case courier.CmdConnect:
		return parsed(f, s.presence)
	}
	return s.other(f)
}

// parsed reads the message in a frame and hands it to handle.
func parsed[T any, M interface {
	*T
	courier.Message
}](f courier.Frame, handle func(M) error) error {
	m := M(new(T))
	if err := f.Parse(m); err != nil {
		return fmt.Errorf("read %s: %w", f.Command, err)
	}
	return handle(m)
}

// tokenResponse gives an app its token, or tells it that there is none.
func (s *session) tokenResponse(m *courier.TokenResponse) error {
	d := s.d
	d.mu.Lock()
	a := d.apps.find(m.Topic)
	if a == nil { // removed since it asked
		d.mu.Unlock()
		return nil
	}
	event := Event{Kind: EventToken, Topic: a.topic, Previous: a.token, Status: m.Status}
	if m.Status == courier.TokenAccepted && len(m.Token) > 0 {
		a.token, a.rejected = apns.DeviceToken(m.Token), nil
		event.Token = a.token
	} else {
		event.Kind = EventTokenRejected
		a.rejected = fmt.Errorf("the courier issued no token for %s (status %d)", a.topic, m.Status)
	}
	d.changedLocked()
	d.mu.Unlock()
	d.emit(event)
	return nil
}

// flush answers padding with padding. observed: apsd.
func (s *session) flush(m *courier.Flush) error {
	if m.Wanted == 0 {
		return nil
	}
	response := courier.FlushResponse{Padding: make([]byte, m.Wanted)}
	return s.write(response.Append(nil))
}

func (s *session) filterUpdate(m *courier.FilterUpdate) error {
	if m.Action == courier.FilterSendAgain {
		s.request(appsChanged)
	}
	return nil
}

func (s *session) redirect(m *courier.Redirect) error {
	s.d.trace(StepRedirect{Host: m.Host, Reason: m.Reason})
	return &redirectError{m.Host, m.Reason}
}

func (s *session) presence(m *courier.Presence) error {
	if m.State == courier.StateOffline {
		return ErrReplaced
	}
	return nil
}

// errCommand is a command that a courier never sends.
var errCommand = errors.New("protocol error")

// other skips the commands that concern features this device does not have, and ends
// the connection at those no courier sends. observed: apsd.
func (s *session) other(f courier.Frame) error {
	m, err := courier.ParseFromServer(f)
	if err != nil {
		return err
	}
	if _, unknown := m.(*courier.Unknown); unknown {
		return fmt.Errorf("%w: a courier does not send %s", errCommand, f.Command)
	}
	s.d.cfg.Log.Debug("skipped", "message", m)
	return nil
}
