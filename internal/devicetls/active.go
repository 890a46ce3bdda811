package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// activity is the state of use that the device has reported. Until it reports one it is
// active, and may not send messages.
type activity struct {
	reported bool      // a Set active state message has arrived
	state    uint8     // the state
	until    time.Time // when it ends; zero if it does not end by itself
}

// activeState records whether the device is in use, and for how long. There is no response.
// The message contains no token, so it applies to all presences.
//
// observed: apsd
func (s *session) activeState(m *courier.ActiveState) error {
	s.active = activity{reported: true, state: m.State}
	if m.Interval != 0 && m.Interval != courier.ActiveAlways {
		s.active.until = time.Now().Add(time.Duration(m.Interval) * time.Second)
	}
	for _, p := range s.presences {
		if p != nil {
			s.active.apply(p.consumer)
		}
	}
	return nil
}

// apply sets the state on the consumer of a presence.
func (a *activity) apply(c *broker.Consumer) {
	switch {
	case !a.reported: // a new consumer is active
	case a.state == courier.StateInactive:
		c.SetActive(false)
	case a.until.IsZero():
		c.SetActive(true)
	default:
		c.SetActiveFor(time.Until(a.until))
	}
}
