package presentation

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Push is a push as the device received it.
type Push struct {
	Topic   string
	Payload []byte
	At      time.Time
	// Priority is 0 if it does not matter.
	Priority apns.Priority
	// ID is the provider's apns-id, if the courier sends it; otherwise "".
	ID string
	// Channel is the one it was sent to; "" if it was sent to a token.
	Channel string
}

// A Field is a line about a push.
type Field struct{ Label, Text string }

// Shown is how a device shows a push.
type Shown struct {
	// Kind describes in a few words what the push is.
	Kind string
	// Fields are the parts of the payload that the system reads.
	Fields []Field
	// Effects describe what the device does, each in a sentence.
	Effects []string
	// Visible says that there is something to see or to hear.
	Visible bool
	// Advice explains why a push shows less than its provider may have intended.
	Advice []apns.Advice
}

func (s *Shown) add(label, text string) {
	if text != "" {
		s.Fields = append(s.Fields, Field{label, text})
	}
}

func (s *Shown) effect(text string) { s.Effects = append(s.Effects, text) }

// A Screen is what a device shows. The zero value shows nothing. It is not safe for
// concurrent use.
type Screen struct {
	notes      []Note // the newest first
	badges     map[string]int
	activities []*Activity // as they were started
}

// Take shows a push.
func (s *Screen) Take(p Push) Shown {
	body, ok := read(p.Payload)
	shown := Shown{Advice: advice(p)}
	if !ok {
		shown.Kind = "no JSON object: the device cannot read it"
		return shown
	}
	kind := kindOf(p.Topic, body)
	info := kinds[kind]
	shown.Kind = info.name
	if info.effect != "" {
		shown.effect(info.effect)
	}
	if info.show != nil {
		info.show(s, p, body, &shown)
	}
	return shown
}

// advice returns the advice on a push. The courier protocol does not carry the push type,
// so advice about a missing one does not apply.
func advice(p Push) []apns.Advice {
	n := apns.Notification{Topic: p.Topic, Channel: p.Channel, Priority: p.Priority, Payload: p.Payload}
	return slices.DeleteFunc(n.Advice(), func(a apns.Advice) bool { return a.Code == apns.AdviceNoPushType })
}

// Badge returns the number on an app's icon; 0 for none.
func (s *Screen) Badge(topic string) int { return s.badges[apns.BundleID(topic)] }

// Clear removes the notifications of an app, or all of them if topic is "". Badges and Live Activities stay.
func (s *Screen) Clear(topic string) (cleared int) {
	before := len(s.notes)
	s.notes = slices.DeleteFunc(s.notes, func(n Note) bool { return topic == "" || n.App == apns.BundleID(topic) })
	return before - len(s.notes)
}

// Remove removes everything of an app that was deleted: notifications, badge and Live
// Activities.
func (s *Screen) Remove(topic string) {
	s.Clear(topic)
	app := apns.BundleID(topic)
	delete(s.badges, app)
	s.activities = slices.DeleteFunc(s.activities, func(a *Activity) bool { return a.App == app })
}
