package devicetls

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// filter replaces the topic filter of a presence. What was stored for it comes
// next, or the word that nothing was; some clients take that word for the
// confirmation that the filter has arrived (observed: beeper).
func (s *session) filter(m *courier.Filter) error {
	p := s.presenceFor(m.Token)
	if p == nil {
		if s.allowed() {
			s.log.Info("a filter for a token that is not connected here is skipped", "device", s.id())
		}
		return nil
	}
	s.times.filtered = true
	s.out.lock() // so that no push is sent between the filter and No storage
	defer s.out.unlock()
	stored := p.route.SetFilter(broker.Filter{
		Enabled:       topicHashes(m.Enabled),
		Opportunistic: topicHashes(m.Opportunistic),
		Paused:        topicHashes(m.Paused),
		Ignored:       topicHashes(m.Ignored),
		NonWaking:     topicHashes(m.NonWaking),
		Salted: broker.SaltedFilter{
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
	return s.answerLaterLocked(&courier.NoStorage{Token: p.token})
}

// topicHashes returns those of a list that have the size of a hash.
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
