package devicetls

import (
	"bytes"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// tokenRejected is the status of a rejected token request. Apple has several statuses,
// whose meanings are unknown (observed: apsd).
const tokenRejected uint8 = 1

// tokenRequest answers with the device token of an app, which is always the same. The device
// matches the response by topic hash and app ID, so both are echoed.
//
// observed: apsd, pypush
func (s *session) tokenRequest(m *courier.TokenRequest) error {
	response := courier.TokenResponse{
		Status: courier.TokenAccepted, Topic: bytes.Clone(m.Topic), AppID: bytes.Clone(m.AppID), AppIDForm: m.AppIDForm,
	}
	if !s.allowed() {
		return s.rejectToken(&response)
	}
	token, err := s.appToken(m)
	if err != nil {
		s.log.Info("rejected a token request", "device", s.id(), "err", err)
		return s.rejectToken(&response)
	}
	response.Token = []byte(token)
	s.recordToken(fmt.Sprintf("token for topic %x", m.Topic), response.Token)
	return s.respondLater(&response)
}

// rejectToken answers without a token. The token field is present and empty, since some
// parsers require the first three fields.
func (s *session) rejectToken(response *courier.TokenResponse) error {
	response.Status, response.Token = tokenRejected, []byte{}
	return s.respondLater(response)
}

func (s *session) appToken(m *courier.TokenRequest) (apns.DeviceToken, error) {
	p := s.presenceFor(m.BaseToken)
	if p == nil {
		return "", fmt.Errorf("base token %v is not connected here", apns.DeviceToken(m.BaseToken))
	}
	topic, ok := topicHash(m.Topic)
	switch {
	case ok:
	case len(m.Topic) == len(broker.SaltedHash{}):
		var err error
		if topic, err = s.unsalt(p.salt, broker.SaltedHash(m.Topic)); err != nil {
			return "", err
		}
	default:
		return "", fmt.Errorf("the topic hash has %d bytes: a plain one has %d, a salted one %d",
			len(m.Topic), len(topic), len(broker.SaltedHash{}))
	}
	p.consumer.TokenAsked(topic)
	return s.server.cfg.Vault.Issue(p.address, &topic), nil
}
