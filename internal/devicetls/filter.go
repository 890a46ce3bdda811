package devicetls

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// filter replaces the topic filter of a presence. Its stored pushes come next, or No storage
// if there are none, which some clients take for the confirmation of the filter (observed:
// beeper). Each filter replaces the one before (observed: apsd).
func (s *session) filter(m *courier.Filter) error {
	p := s.presenceFor(m.Token)
	if p == nil {
		if s.allowed() {
			s.log.Info("skipped a filter for a base token that is not connected", "device", s.id())
		}
		return nil
	}
	s.times.filtered = true
	s.out.lock() // so that no push is sent between the filter and No storage
	defer s.out.unlock()
	stored := p.consumer.SetFilter(broker.TopicFilter{
		Enabled:       topicHashes(m.Enabled),
		Opportunistic: topicHashes(m.Opportunistic),
		Paused:        topicHashes(m.Paused),
		Ignored:       topicHashes(m.Ignored),
		NonWaking:     topicHashes(m.NonWaking),
		Salted: broker.SaltedTopicFilter{
			Enabled:       saltedHashes(m.SaltedEnabled),
			Opportunistic: saltedHashes(m.SaltedOpportunistic),
			Paused:        saltedHashes(m.SaltedPaused),
			Ignored:       saltedHashes(m.SaltedIgnored),
			NonWaking:     saltedHashes(m.SaltedNonWaking),
		},
	})
	if stored > 0 {
		return nil
	}
	return s.respondLaterLocked(&courier.NoStorage{Token: p.token})
}

// topicHashes returns the items of a list that have the size of a topic hash.
func topicHashes(list [][]byte) []apns.TopicHash {
	hashes := make([]apns.TopicHash, 0, len(list))
	for _, item := range list {
		if hash, ok := topicHash(item); ok {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}

func topicHash(b []byte) (apns.TopicHash, bool) {
	if len(b) != len(apns.TopicHash{}) {
		return apns.TopicHash{}, false
	}
	return apns.TopicHash(b), true
}
