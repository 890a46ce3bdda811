package devicetls

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// tokenRefused is the status of a request for a token that cannot be met. Apple
// has several, of which no meaning is known (observed: apsd).
const tokenRefused uint8 = 1

// tokenRequest gives the token of an app, the same one every time. The device
// matches the answer by topic hash and app id, so both are echoed.
//
// observed: apsd, pypush
func (s *session) tokenRequest(m *courier.TokenRequest) error {
	answer := courier.TokenResponse{Status: courier.TokenAccepted, Topic: m.Topic, AppID: m.AppID, AppIDForm: m.AppIDForm}
	if !s.server.cfg.allowsToken(s.named(m.BaseToken), time.Now()) {
		return s.refuseToken(&answer)
	}
	token, err := s.appToken(m)
	if err != nil {
		s.log.Info("a request for an app's token cannot be met", "device", s.id(), "err", err)
		return s.refuseToken(&answer)
	}
	answer.Token = []byte(token)
	s.recordToken(fmt.Sprintf("token for topic %x", m.Topic), answer.Token)
	return s.answer(&answer)
}

// refuseToken answers that there is no token. The field of the token is there all the
// same: there are parsers that cannot do without one of the first three.
func (s *session) refuseToken(answer *courier.TokenResponse) error {
	answer.Status, answer.Token = tokenRefused, []byte{}
	return s.answer(answer)
}

func (s *session) appToken(m *courier.TokenRequest) (apns.DeviceToken, error) {
	p := s.named(m.BaseToken)
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

// A tokenBudget counts the requests for tokens within a minute.
type tokenBudget struct {
	began time.Time
	used  int
}

// allowsToken reports whether a presence may ask for a token, and counts it. Each
// one takes a line in the journal, which a flood would fill.
func (c *Config) allowsToken(p *presence, now time.Time) bool {
	if p == nil || c.TokenBudget < 0 {
		return true
	}
	if now.Sub(p.tokens.began) >= time.Minute {
		p.tokens = tokenBudget{began: now}
	}
	p.tokens.used++
	if p.tokens.used == c.TokenBudget+1 {
		p.session.log.Warn("requests for tokens are refused for up to a minute", "device", p.session.id(), "limit", c.TokenBudget)
	}
	return p.tokens.used <= c.TokenBudget
}
