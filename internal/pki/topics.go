package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A TopicEntry is one topic that a provider certificate may push to.
type TopicEntry struct {
	Topic string // the value of apns-topic
	Kind  string // observed: "app", "voip" or "complication" (pushy's test certificates)
}

// The kinds of topic that have been observed in certificates.
const (
	KindApp          = "app"
	KindVoIP         = "voip"
	KindComplication = "complication"
)

// topicKind is the second half of an entry: SEQUENCE { UTF8String }.
type topicKind struct {
	Kind string `asn1:"utf8"`
}

// marshalTopics encodes a topic list: one SEQUENCE in which topics (UTF8String)
// and their kinds (SEQUENCE of one UTF8String) alternate.
// observed: pushy's test certificates
func marshalTopics(entries []TopicEntry) ([]byte, error) {
	var list []asn1.RawValue
	for _, e := range entries {
		if e.Topic == "" || e.Kind == "" || !utf8.ValidString(e.Topic+e.Kind) {
			return nil, fmt.Errorf("topic entry %q of kind %q: both must be given, in UTF-8", e.Topic, e.Kind)
		}
		topic, err := asn1.MarshalWithParams(e.Topic, "utf8")
		if err != nil {
			return nil, fmt.Errorf("topic entry %q: %w", e.Topic, err)
		}
		kind, err := asn1.Marshal(topicKind{e.Kind})
		if err != nil {
			return nil, fmt.Errorf("topic entry %q: kind %q: %w", e.Topic, e.Kind, err)
		}
		list = append(list, asn1.RawValue{FullBytes: topic}, asn1.RawValue{FullBytes: kind})
	}
	return asn1.Marshal(list)
}

// parseTopics decodes a topic list. It accepts only lists that encode to the same bytes
// again.
func parseTopics(der []byte) ([]TopicEntry, error) {
	var list []asn1.RawValue
	if err := unmarshalAll(der, &list, ""); err != nil {
		return nil, err
	}
	if len(list) == 0 || len(list)%2 != 0 {
		return nil, fmt.Errorf("%d elements where pairs of topic and kind are expected", len(list))
	}
	entries := make([]TopicEntry, 0, len(list)/2)
	for i := 0; i < len(list); i += 2 {
		e, err := parseTopicEntry(list[i], list[i+1])
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i/2, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func parseTopicEntry(topic, kind asn1.RawValue) (TopicEntry, error) {
	var e TopicEntry
	if err := parseUTF8(topic, &e.Topic); err != nil {
		return e, fmt.Errorf("topic: %w", err)
	}
	if kind.Class != asn1.ClassUniversal || kind.Tag != asn1.TagSequence || !kind.IsCompound {
		return e, errors.New("the kind is not a SEQUENCE")
	}
	var inner asn1.RawValue
	if err := unmarshalAll(kind.Bytes, &inner, ""); err != nil {
		return e, fmt.Errorf("kind: %w", err)
	}
	if err := parseUTF8(inner, &e.Kind); err != nil {
		return e, fmt.Errorf("kind: %w", err)
	}
	return e, nil
}

// parseUTF8 decodes a UTF8String that is not empty, and no other string type.
func parseUTF8(raw asn1.RawValue, s *string) error {
	if raw.Class != asn1.ClassUniversal || raw.Tag != asn1.TagUTF8String || raw.IsCompound {
		return errors.New("not a UTF8String")
	}
	if len(raw.Bytes) == 0 {
		return errors.New("an empty UTF8String")
	}
	return unmarshalAll(raw.FullBytes, s, "utf8")
}

// unmarshalAll decodes der and fails if bytes follow the value.
func unmarshalAll(der []byte, v any, params string) error {
	rest, err := asn1.UnmarshalWithParams(der, v, params)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d bytes after the value", len(rest))
	}
	return nil
}

// Allows reports whether the certificate may push to topic: the app it was
// issued for and the topics its extensions list.
func (p *ProviderIdentity) Allows(topic string) bool {
	return topic == p.Topic || slices.ContainsFunc(p.Topics, func(e TopicEntry) bool { return e.Topic == topic })
}

// DefaultTopic returns the topic of a push without apns-topic. There is one only if the
// certificate has a single topic; otherwise the push is rejected with MissingTopic.
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/CommunicatingwithAPNs.html
func (p *ProviderIdentity) DefaultTopic() (string, bool) {
	return p.Topic, len(p.Topics) == 1
}

// TopicOf returns the topic in the subject of a provider certificate, "" if it has
// none.
func TopicOf(cert *x509.Certificate) string {
	for _, name := range cert.Subject.Names {
		if topic, ok := name.Value.(string); ok && name.Type.Equal(oidUserID) {
			return topic
		}
	}
	return ""
}
