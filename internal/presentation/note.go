package presentation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Note is a notification in the notification center.
type Note struct {
	App                   string // the bundle ID
	ID                    string // see Push.ID
	At                    time.Time
	Title, Subtitle, Body string
	Thread                string
	Level                 string // the interruption level
	Sound                 string
}

// A Group is the notifications of a thread of an app, which the device stacks.
type Group struct {
	App, Thread string
	Notes       []Note // the newest first
}

// Groups is the notification center, the group with the newest notification first.
func (s *Screen) Groups() []Group {
	var groups []Group
	for _, n := range s.notes {
		i := slices.IndexFunc(groups, func(g Group) bool { return g.App == n.App && g.Thread == n.Thread })
		if i < 0 {
			groups = append(groups, Group{App: n.App, Thread: n.Thread})
			i = len(groups) - 1
		}
		groups[i].Notes = append(groups[i].Notes, n)
	}
	return groups
}

// levels is the table of interruption levels and their effects.
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
var levels = map[string]string{
	"passive":        "it goes to the notification center without lighting up the screen or a sound",
	"active":         "",
	"time-sensitive": "it breaks through a Focus, and stays on the locked screen for an hour",
	"critical":       "it sounds although the phone is muted, if the app may do so",
}

// showAlert shows a push with the keys of aps for alert, badge and sound.
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
func (s *Screen) showAlert(p Push, body *payload, shown *Shown) {
	a := body.APS
	l := readAlert(a.Alert)
	n := Note{
		App: apns.BundleID(p.Topic), ID: p.ID, At: p.At,
		Title: l.title(), Subtitle: l.subtitle(), Body: l.body(),
		Thread: a.ThreadID, Level: a.InterruptionLevel, Sound: soundName(a.Sound),
	}
	shown.add("title", n.Title)
	shown.add("subtitle", n.Subtitle)
	shown.add("body", n.Body)
	shown.add("badge", text(a.Badge))
	shown.add("sound", n.Sound)
	shown.add("level", n.Level)
	shown.add("category", a.Category)
	shown.add("thread", n.Thread)
	shown.add("relevance", text(a.RelevanceScore))
	shown.add("target", a.TargetContentID)
	shown.add("filter", a.FilterCriteria)
	shown.add("image", l.LaunchImage)

	if n.Title+n.Subtitle+n.Body != "" {
		s.put(n, shown)
		shown.Visible = true
		if level := levels[n.Level]; level != "" {
			shown.effect(level)
		}
		if string(a.MutableContent) == "1" {
			shown.effect("the app's service extension runs first and may change what is shown")
		}
	}
	s.setBadge(n.App, a.Badge, shown)
	shown.Visible = shown.Visible || n.Sound != ""
	if string(a.ContentAvailable) == "1" {
		shown.effect("the app is woken in the background, when the phone has power and budget for it")
	}
}

// put adds a notification, which replaces the one with the same identifier.
func (s *Screen) put(n Note, shown *Shown) {
	same := func(o Note) bool { return n.ID != "" && o.App == n.App && o.ID == n.ID }
	if slices.ContainsFunc(s.notes, same) {
		s.notes = slices.DeleteFunc(s.notes, same)
		shown.effect("it takes the place of the notification with the same identifier")
	}
	s.notes = slices.Insert(s.notes, 0, n)
	if n.Thread == "" {
		return
	}
	if of := s.inThread(n); of > 1 {
		shown.effect(fmt.Sprintf("it joins %d in the thread %s", of-1, n.Thread))
	}
}

// inThread counts the notifications of a thread.
func (s *Screen) inThread(n Note) (count int) {
	for _, o := range s.notes {
		if o.App == n.App && o.Thread == n.Thread {
			count++
		}
	}
	return count
}

// setBadge sets the number on an app's icon; 0 removes it.
func (s *Screen) setBadge(app string, raw json.RawMessage, shown *Shown) {
	var number int
	if !present(raw) || json.Unmarshal(raw, &number) != nil || number < 0 {
		return
	}
	if s.badges == nil {
		s.badges = make(map[string]int)
	}
	if number == 0 {
		delete(s.badges, app)
		shown.effect("the badge is taken off the icon")
		return
	}
	s.badges[app] = number
	shown.Visible = true
}
