package provider

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A recordView is an arrival as a reader of the journal looks at it. The functions
// below say what a check has seen of it; "" is nothing at all.
type recordView struct {
	*requestRecord
	exchange *journal.Exchange
	record   *journal.Record
}

// describeHeader shows a header.
func describeHeader(name string) func(*recordView) string {
	return func(s *recordView) string {
		for _, h := range s.exchange.Headers {
			if h.Name == name {
				return shown(h.Value)
			}
		}
		return ""
	}
}

// shown shortens what is in a request anyway, in full.
func shown(text string) string {
	const most = 256
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func describePath(s *recordView) string   { return shown(s.path) }
func describeMethod(s *recordView) string { return s.exchange.Method }
func describeRoute(s *recordView) string  { return s.exchange.Method + " " + shown(s.path) }

func describeCredential(s *recordView) string {
	who := &s.exchange.Credential
	switch who.Kind {
	case journal.Certificate:
		return who.Subject
	case journal.ProviderToken:
		token := s.description()
		if who.IssuedAt.IsZero() {
			return "provider token " + who.Fingerprint
		}
		return fmt.Sprintf("provider token %s of team %s by key %s, %v old", who.Fingerprint, token.TeamID, who.KeyID, who.Age.Round(1e9))
	}
	return ""
}

// describeConnection shows the two things that a connection is bound to.
func describeConnection(s *recordView) string {
	who := &s.exchange.Credential
	if who.KeyID == "" {
		return ""
	}
	return fmt.Sprintf("connection %d, team %s, key %s", s.exchange.Connection.Number, who.TeamID, who.KeyID)
}

func describeDeviceToken(s *recordView) string {
	text, _ := strings.CutPrefix(s.path, devicePath)
	return shown(text)
}

func describePriority(s *recordView) string {
	return strings.TrimSpace(fmt.Sprintf("%s %d", s.record.Push.PushType, s.record.Push.Priority))
}

func describePayload(s *recordView) string {
	if s.extras != nil && s.extras.bodyTooLarge {
		return "more than may be read"
	}
	return fmt.Sprintf("%d bytes", len(s.record.Push.Payload))
}

func describeTopic(s *recordView) string { return shown(s.record.Push.Topic) }

func describePushType(s *recordView) string {
	return strings.TrimSpace(shown(string(s.record.Push.PushType)) + " " + describeTopic(s))
}

func describeDevice(s *recordView) string {
	if s.record.Device == (apns.DeviceID{}) {
		return ""
	}
	return s.record.Device.String()
}
