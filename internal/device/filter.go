package device

import (
	"slices"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// sendApps appends to frames what the courier must know about the installed apps
// and sends it all: the whole Filter, since each one replaces the one before, a token
// request for every app without a token, and the channels. The Filter goes first, so
// that a topic is enabled by the time somebody can use its token.
//
// observed: apsd, for both the order and the replacement.
func (s *session) sendApps(frames []byte) error {
	d := s.d
	d.mu.Lock()
	frames, step := d.appendFilterLocked(frames)
	frames, requested := d.appendTokenRequestsLocked(frames)
	frames, subscribed := d.appendChannelsLocked(frames)
	d.mu.Unlock()
	d.trace(step)
	for _, step := range slices.Concat(requested, subscribed) {
		d.trace(step)
	}
	return s.write(frames)
}

// appendFilterLocked puts the topics of the apps on their lists, and enables those
// under which messages of their channels come.
func (d *Device) appendFilterLocked(frames []byte) ([]byte, StepFilter) {
	filter := courier.Filter{Token: tokenBytes(d.base)}
	var step StepFilter
	for _, a := range d.apps.order {
		list := lists[a.list].of(&filter)
		*list = append(*list, a.hash[:])
		if a.list == ListEnabled {
			step.Topics = append(step.Topics, a.topic)
		} else {
			step.Others = append(step.Others, App{Topic: a.topic, List: a.list})
		}
	}
	for _, s := range d.channels.order {
		if topic := liveTopic(s.Topic); !slices.Contains(step.Topics, topic) {
			filter.Enabled = append(filter.Enabled, s.hash[:])
			step.Topics = append(step.Topics, topic)
		}
	}
	return filter.Append(frames), step
}

// appendTokenRequestsLocked asks for the tokens that are missing.
func (d *Device) appendTokenRequestsLocked(frames []byte) (_ []byte, steps []Step) {
	for _, a := range d.apps.order {
		if a.token != "" || a.requested {
			continue
		}
		a.requested = true
		// observed: apsd takes the app id from the hash of the app's identifier.
		request := courier.TokenRequest{BaseToken: tokenBytes(d.base), Topic: a.hash[:], AppID: a.hash[:2]}
		frames = request.Append(frames)
		steps = append(steps, StepTokenRequest{Topic: a.topic, Hash: a.hash})
	}
	return frames, steps
}
