package devicetls

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// tokenRejected is the status of a request for a token that cannot be met. Apple
// has several, of which no meaning is known (observed: apsd).
const tokenRejected uint8 = 1

// tokenRequest gives the token of an app, the same one every time. The device
// matches the answer by topic hash and app id, so both are echoed.
//
// observed: apsd, pypush
func (s *session) tokenRequest(m *courier.TokenRequest) error {
	answer := courier.TokenResponse{
		Status: courier.TokenAccepted, Topic: bytes.Clone(m.Topic), AppID: bytes.Clone(m.AppID), AppIDForm: m.AppIDForm,
	}
	if !s.allowed() {
		return s.rejectToken(&answer)
	}
	token, err := s.appToken(m)
	if err != nil {
		s.log.Info("a request for an app's token cannot be met", "device", s.id(), "err", err)
		return s.rejectToken(&answer)
	}
	answer.Token = []byte(token)
	s.recordToken(fmt.Sprintf("token for topic %x", m.Topic), answer.Token)
	return s.answerLater(&answer)
}

// rejectToken answers that there is no token. The field of the token is there all the
// same: there are parsers that cannot do without one of the first three.
func (s *session) rejectToken(answer *courier.TokenResponse) error {
	answer.Status, answer.Token = tokenRejected, []byte{}
	return s.answerLater(answer)
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
		return "", fmt.Errorf("the topic hash has %d bytes; plain ones have %d, salted ones %d",
			len(m.Topic), len(topic), len(broker.SaltedHash{}))
	}
	p.route.TokenAsked(topic)
	return s.server.cfg.Vault.Mint(p.address, &topic), nil
}

// A requestCounter counts what each device asks for within a minute, over all of its
// connections.
type requestCounter struct {
	mu       sync.Mutex
	began    time.Time
	byDevice map[apns.DeviceID]int
}

// count returns the how manieth request of a device it is.
func (t *requestCounter) count(device apns.DeviceID, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byDevice == nil || now.Sub(t.began) >= time.Minute {
		t.began, t.byDevice = now, make(map[apns.DeviceID]int)
	}
	t.byDevice[device]++
	return t.byDevice[device]
}

// allowed reports whether the device may ask for one thing more, and counts it. Each
// one takes a line in the journal or the log, which a flood would fill.
func (s *session) allowed() bool {
	limit := s.server.cfg.TokenBudget
	if limit < 0 {
		return true
	}
	n := s.server.requests.count(s.id(), time.Now())
	if n == limit+1 {
		s.log.Warn("requests of a device are refused for up to a minute", "device", s.id(), "limit", limit)
	}
	return n <= limit
}
