package device

import "github.com/apns-sim/apns-sim/internal/courier"

// sendApps appends to frames what the courier must know about the installed apps
// and sends it all: the whole Filter, since each one replaces the one before, and a
// token request for every app without a token. The Filter goes first, so that a
// topic is enabled by the time somebody can use its token.
//
// observed: apsd, for both the order and the replacement.
func (s *session) sendApps(frames []byte) error {
	d := s.d
	var steps []Step
	d.mu.Lock()
	base := tokenBytes(d.base)
	filter := courier.Filter{Token: base}
	told := StepFilter{}
	for _, a := range d.apps.order {
		filter.Enabled = append(filter.Enabled, a.hash[:])
		told.Topics = append(told.Topics, a.topic)
	}
	frames = filter.Append(frames)
	steps = append(steps, told)
	for _, a := range d.apps.order {
		if a.token != "" || a.requested {
			continue
		}
		a.requested = true
		// observed: apsd takes the app id from the hash of the app's identifier.
		request := courier.TokenRequest{BaseToken: base, Topic: a.hash[:], AppID: a.hash[:2]}
		frames = request.Append(frames)
		steps = append(steps, StepTokenRequest{Topic: a.topic, Hash: a.hash})
	}
	d.mu.Unlock()
	for _, step := range steps {
		d.trace(step)
	}
	return s.write(frames)
}

// tellApps makes tend send the apps soon. It never blocks.
func (s *session) tellApps() { signal(s.appsDirty) }
