package devicetls

import (
	"bytes"
	"errors"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// A salt is what a device mixes into the salted hashes of its topics.
type salt struct {
	value uint64
	known bool
}

// setSalt sets the salt of the salted topic hashes of a device, which sends it after
// the filter.
//
// observed: apsd
func (s *session) setSalt(m *courier.PresenceTracking) error {
	s.out.lock() // so that no push that the salt enables is sent before the response
	defer s.out.unlock()
	if p := s.presenceFor(m.Token); p != nil {
		p.salt = salt{m.Salt, true}
		p.consumer.SetSalt(m.Salt)
	}
	return s.respondLaterLocked(&courier.PresenceTrackingResponse{ID: m.ID, Token: bytes.Clone(m.Token)})
}

// saltedHashes returns the items of a list that have the size of a salted hash.
func saltedHashes(list [][]byte) (hashes []broker.SaltedHash) {
	for _, item := range list {
		if len(item) == len(broker.SaltedHash{}) {
			hashes = append(hashes, broker.SaltedHash(item))
		}
	}
	return hashes
}

// unsalt finds the topic of a salted hash among the registered ones.
func (s *session) unsalt(by salt, hash broker.SaltedHash) (apns.TopicHash, error) {
	if !by.known {
		return apns.TopicHash{}, errors.New("the topic hash is salted, and the device has not sent its salt")
	}
	if s.server.cfg.Topics != nil {
		for _, topic := range s.server.cfg.Topics() {
			if broker.HashSalted(topic, by.value) == hash {
				return apns.HashTopic(topic), nil
			}
		}
	}
	return apns.TopicHash{}, errors.New("no registered app matches the salted topic hash")
}
