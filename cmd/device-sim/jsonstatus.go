package main

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// The lines that report the results of commands.
type (
	helpLine struct {
		Event string     `json:"event"`
		Words []wordLine `json:"words"`
	}
	wordLine struct {
		Word string `json:"word"`
		Args string `json:"args,omitempty"`
		Help string `json:"help"`
	}
	statusLine struct {
		Event    string        `json:"event"`
		Device   apns.DeviceID `json:"device"`
		Online   bool          `json:"online"`
		Network  string        `json:"network"`
		Power    string        `json:"power"`
		Acks     string        `json:"acks"`
		Apps     []appLine     `json:"apps"`
		Channels []channelLine `json:"channels,omitempty"`
	}
	appLine struct {
		Topic       string           `json:"topic"`
		List        string           `json:"list"`
		DeviceToken apns.DeviceToken `json:"deviceToken,omitempty"`
	}
	channelLine struct {
		Topic   string `json:"topic"`
		Channel string `json:"channel"`
	}
	listLine struct {
		Event         string         `json:"event"`
		Device        apns.DeviceID  `json:"device"`
		Notifications []noteLine     `json:"notifications"`
		Badges        []badge        `json:"badges"`
		Activities    []activityLine `json:"activities"`
	}
	noteLine struct {
		Topic    string    `json:"topic"`
		Thread   string    `json:"thread,omitempty"`
		At       time.Time `json:"at"`
		Title    string    `json:"title,omitempty"`
		Subtitle string    `json:"subtitle,omitempty"`
		Body     string    `json:"body,omitempty"`
	}
	activityLine struct {
		Topic string `json:"topic"`
		State string `json:"state"`
		Ended bool   `json:"ended"`
	}
	doneLine struct {
		Event   string        `json:"event"` // done or failed
		Device  apns.DeviceID `json:"device"`
		Command string        `json:"command"`
		Error   string        `json:"error,omitempty"`
	}
)

func (j *jsonLines) help(all []inputCommand) {
	l := helpLine{Event: "help"}
	for _, w := range all {
		l.Words = append(l.Words, wordLine{w.name, w.args, w.help})
	}
	j.write(l)
}

func (j *jsonLines) status(id apns.DeviceID, c deviceStatus) {
	l := statusLine{
		Event: "status", Device: id, Online: c.Online, Network: networkName(c.Carrier), Power: c.Power.String(), Acks: ackMode(c),
		Apps: []appLine{},
	}
	for _, a := range c.Apps {
		l.Apps = append(l.Apps, appLine{a.Topic, a.List.String(), a.Token})
	}
	for _, s := range c.Subscriptions {
		l.Channels = append(l.Channels, channelLine{s.Topic, s.Channel.String()})
	}
	j.write(l)
}

func (j *jsonLines) list(id apns.DeviceID, d screenContents) {
	l := listLine{Event: "list", Device: id, Notifications: []noteLine{}, Badges: []badge{}, Activities: []activityLine{}}
	for _, g := range d.Groups {
		for _, n := range g.Notes {
			l.Notifications = append(l.Notifications, noteOf(n))
		}
	}
	l.Badges = append(l.Badges, d.Badges...)
	for _, a := range d.Activities {
		l.Activities = append(l.Activities, activityLine{a.App, a.State, a.Ended})
	}
	j.write(l)
}

func noteOf(n presentation.Note) noteLine {
	return noteLine{n.App, n.Thread, n.At, n.Title, n.Subtitle, n.Body}
}

func (j *jsonLines) done(id apns.DeviceID, line string, err error) {
	l := doneLine{Event: "done", Device: id, Command: line}
	if err != nil {
		l.Event, l.Error = "failed", err.Error()
	}
	j.write(l)
}
