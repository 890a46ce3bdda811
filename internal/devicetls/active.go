package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// activity is what the device has said about being in use. Until it says something
// it is in use, and may not send messages of its own.
type activity struct {
	reported bool      // Set active state has come, whichever state
	state    uint8     // the state
	until    time.Time // when it ends; zero if the device has set no time
}

// activeState notes whether the device is in use, and for how long. There is no
// answer. The command names no token, so it speaks for all presences.
//
// observed: apsd
func (s *session) activeState(m *courier.ActiveState) error {
	s.active = activity{reported: true, state: m.State}
	if m.Interval != 0 && m.Interval != courier.ActiveAlways {
		s.active.until = time.Now().Add(time.Duration(m.Interval) * time.Second)
	}
	for _, p := range s.presences {
		if p != nil {
			s.active.apply(p.route)
		}
	}
	return nil
}

// apply says it to the route of a presence.
func (a *activity) apply(r *broker.Route) {
	switch {
	case !a.reported: // a route begins with a device that is in use
	case a.state == courier.StateInactive:
		r.SetActive(false)
	case a.until.IsZero():
		r.SetActive(true)
	default:
		r.SetActiveFor(time.Until(a.until))
	}
}
