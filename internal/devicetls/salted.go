package devicetls

import (
	"bytes"
	"errors"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// A salt is what a device puts into the salted hashes of its topics.
type salt struct {
	value uint64
	known bool
}

// presenceTracking takes the salt of a device's salted topic hashes. Apple's daemon
// tells it after the filter.
//
// observed: apsd
func (s *session) presenceTracking(m *courier.PresenceTracking) error {
	s.out.lock() // so that nothing that the salt releases comes before the answer
	defer s.out.unlock()
	if p := s.presenceFor(m.Token); p != nil {
		p.salt = salt{m.Salt, true}
		p.route.SetSalt(m.Salt)
	}
	return s.answerLaterLocked(&courier.PresenceTrackingResponse{ID: m.ID, Token: bytes.Clone(m.Token)})
}

// saltedHashes returns those of a list that have the size of a salted hash.
func saltedHashes(list [][]byte) (hashes []broker.SaltedHash) {
	for _, item := range list {
		if len(item) == len(broker.SaltedHash{}) {
			hashes = append(hashes, broker.SaltedHash(item))
		}
	}
	return hashes
}

// unsalt finds the topic that a device means by a salted hash, among those there are.
func (s *session) unsalt(by salt, hash broker.SaltedHash) (apns.TopicHash, error) {
	if !by.known {
		return apns.TopicHash{}, errors.New("the topic hash is salted, and the device has not told its salt")
	}
	if s.server.cfg.Topics != nil {
		for _, topic := range s.server.cfg.Topics() {
			if broker.HashSalted(topic, by.value) == hash {
				return apns.HashTopic(topic), nil
			}
		}
	}
	return apns.TopicHash{}, errors.New("the salted topic hash is of no app that is registered")
}
