package presentation

import (
	"fmt"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// lingers is how long an ended Live Activity stays on the locked screen, at most.
// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications
const lingers = 4 * time.Hour

// An Activity is a Live Activity on the screen. On a real device each has its own token;
// here an app has one token for all, which updates the newest.
type Activity struct {
	App       string // the bundle ID
	Channel   string // the broadcast channel it follows; "" for none
	Type      string // of its attributes; "" if the app started it itself
	State     string // compact JSON
	Updated   time.Time
	Stale     time.Time // when State is out of date; zero for never
	Ended     bool
	RemovedAt time.Time // when an ended one leaves the screen
}

// Activities are the Live Activities on the screen at a time, as they were started.
func (s *Screen) Activities(now time.Time) []Activity {
	s.removeEnded(now)
	var all []Activity
	for _, a := range s.activities {
		all = append(all, *a)
	}
	return all
}

// IsStale reports whether the state of an activity is out of date.
func (a *Activity) IsStale(now time.Time) bool { return !a.Stale.IsZero() && !now.Before(a.Stale) }

// removeEnded removes the activities whose dismissal date has passed.
func (s *Screen) removeEnded(now time.Time) {
	s.activities = slices.DeleteFunc(s.activities, func(a *Activity) bool { return a.Ended && !now.Before(a.RemovedAt) })
}

// showLive starts, updates or ends a Live Activity.
func (s *Screen) showLive(p Push, body *payload, shown *Shown) {
	if body.APS == nil {
		return
	}
	a := body.APS
	shown.Kind = "Live Activity, " + a.Event
	l := readAlert(a.Alert)
	shown.add("title", l.title())
	shown.add("body", l.body())
	shown.add("sound", soundName(l.Sound))
	shown.add("state", text(a.ContentState))
	shown.add("attributes", text(a.Attributes))
	shown.add("type", a.AttributesType)
	shown.add("stale", date(moment(a.StaleDate)))
	shown.add("dismissal", date(moment(a.DismissalDate)))
	shown.add("follows", a.InputChannel)

	s.removeEnded(p.At)
	switch {
	case a.Event != "start" && a.Event != "update" && a.Event != "end":
		shown.Kind = "Live Activity without one of its events"
		shown.effect("the system ignores it")
		return
	case moment(a.Timestamp).IsZero():
		shown.effect("the system ignores it: it needs a timestamp in seconds since 1970")
		return
	case a.Event == "start":
		s.start(p, a, shown)
	default:
		s.update(p, a, shown)
	}
	if shown.Visible && l.title()+l.body() != "" {
		shown.effect("the screen lights up with the alert")
	}
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// start starts an activity. A broadcast cannot.
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func (s *Screen) start(p Push, a *aps, shown *Shown) {
	if p.Channel != "" {
		shown.effect("the system ignores it: a broadcast starts nothing")
		return
	}
	if !present(a.ContentState) || !present(a.Attributes) || a.AttributesType == "" {
		shown.effect("the system ignores it: a start needs content-state, attributes and attributes-type")
		return
	}
	activity := &Activity{App: apns.BundleID(p.Topic), Channel: a.InputChannel, Type: a.AttributesType}
	activity.set(a)
	s.activities = append(s.activities, activity)
	shown.Visible = true
	shown.effect("a Live Activity appears on the locked screen and in the Dynamic Island")
	if string(a.InputToken) == "1" {
		shown.effect("the app gets a token for its updates")
	}
}

// update updates or ends the activities that a push is for. A state older than the one
// shown is ignored.
// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications
func (s *Screen) update(p Push, a *aps, shown *Shown) {
	meant := s.meant(p)
	if len(meant) == 0 {
		if a.Event == "end" {
			shown.effect("there is no activity to end")
			return
		}
		own := &Activity{App: apns.BundleID(p.Topic), Channel: p.Channel}
		s.activities = append(s.activities, own)
		meant = append(meant, own)
		shown.effect("it is taken for one that the app started itself")
	}
	at := moment(a.Timestamp)
	for _, activity := range meant {
		if at.Before(activity.Updated) {
			shown.effect(fmt.Sprintf("it is ignored: its timestamp is older than that of the state shown, by %s", activity.Updated.Sub(at)))
			continue
		}
		shown.Visible = true
		activity.set(a)
		if a.Event == "end" {
			activity.end(p.At, moment(a.DismissalDate))
			shown.effect("it has ended, and leaves the screen at " + date(activity.RemovedAt))
		} else {
			shown.effect("the Live Activity changes in place")
		}
	}
	s.removeEnded(p.At)
}

// meant returns the activities that a push is for: those that follow its channel, or the
// newest of its app.
func (s *Screen) meant(p Push) (meant []*Activity) {
	app := apns.BundleID(p.Topic)
	for _, a := range slices.Backward(s.activities) {
		if a.App != app || a.Ended || a.Channel != p.Channel {
			continue
		}
		meant = append(meant, a)
		if p.Channel == "" {
			break
		}
	}
	return meant
}

// set takes the state from a push.
func (a *Activity) set(from *aps) {
	if present(from.ContentState) {
		a.State = text(from.ContentState)
	}
	a.Updated, a.Stale = moment(from.Timestamp), moment(from.StaleDate)
}

// end ends an activity: it stays on the screen for four hours, or until an earlier
// dismissal date.
// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications
func (a *Activity) end(now, dismissal time.Time) {
	a.Ended, a.RemovedAt = true, now.Add(lingers)
	if !dismissal.IsZero() && dismissal.Before(a.RemovedAt) {
		a.RemovedAt = dismissal
	}
}
