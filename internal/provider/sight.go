package provider

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A sight is an arrival as a reader of the journal looks at it. The functions
// below say what a check has seen of it; "" is nothing at all.
type sight struct {
	*arrival
	exchange *journal.Exchange
	record   *journal.Record
}

// saw shows a header.
func saw(name string) func(*sight) string {
	return func(s *sight) string {
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

func sawPath(s *sight) string   { return shown(s.path) }
func sawMethod(s *sight) string { return s.exchange.Method }
func sawRoute(s *sight) string  { return s.exchange.Method + " " + shown(s.path) }

func sawCredential(s *sight) string {
	who := &s.exchange.Credential
	switch who.Kind {
	case journal.Certificate:
		return who.Subject
	case journal.ProviderToken:
		said := s.description()
		if who.IssuedAt.IsZero() {
			return "provider token " + who.Fingerprint
		}
		return fmt.Sprintf("provider token %s of team %s by key %s, %v old", who.Fingerprint, said.TeamID, who.KeyID, who.Age.Round(1e9))
	}
	return ""
}

// sawConnection shows the two things that a connection is bound to.
func sawConnection(s *sight) string {
	who := &s.exchange.Credential
	if who.KeyID == "" {
		return ""
	}
	return fmt.Sprintf("connection %d, team %s, key %s", s.exchange.Connection.Number, who.TeamID, who.KeyID)
}

func sawTokenText(s *sight) string {
	text, _ := strings.CutPrefix(s.path, devicePath)
	return shown(text)
}

func sawTypePriority(s *sight) string {
	return strings.TrimSpace(fmt.Sprintf("%s %d", s.record.Push.PushType, s.record.Push.Priority))
}

func sawPayload(s *sight) string {
	if s.odd != nil && s.odd.tooLarge {
		return "more than may be read"
	}
	return fmt.Sprintf("%d bytes", len(s.record.Push.Payload))
}

func sawTopic(s *sight) string { return shown(s.record.Push.Topic) }

func sawTypeTopic(s *sight) string {
	return strings.TrimSpace(shown(string(s.record.Push.PushType)) + " " + sawTopic(s))
}

func sawDevice(s *sight) string {
	if s.record.Device == (apns.DeviceID{}) {
		return ""
	}
	return s.record.Device.String()
}
