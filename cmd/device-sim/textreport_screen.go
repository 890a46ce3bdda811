package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// power shows what the device reports about its use. That it is always in use is the usual
// case, which is not shown at each login.
func (s *textReport) power(step device.StepPower) {
	switch {
	case step.State != courier.StateActive:
		s.head("Power: inactive")
		s.more("APNs may delay pushes that can wait")
	case step.Interval < time.Duration(courier.ActiveAlways)*time.Second:
		s.head("Power: active for %s", step.Interval)
	}
}

func (s *textReport) help(all []inputCommand) {
	s.head("Commands")
	for _, w := range all {
		s.line("  %-40s %s", w.name+" "+w.args, s.styled(dim, w.help))
	}
	s.flush()
}

func (s *textReport) status(id apns.DeviceID, c deviceStatus) {
	s.head("Device %s", id)
	s.row("connection", "%s", onlineName(c.Online))
	s.row("network", "%s", networkName(c.Carrier))
	s.row("power", "%s", c.Power)
	s.row("acks", "%s", ackMode(c))
	for _, a := range c.Apps {
		s.row(a.List.String(), "%s %s", a.Topic, s.styled(dim, tokenName(a.Token)))
	}
	for _, sub := range c.Subscriptions {
		s.row("follows", "%s of %s", sub.Channel, sub.Topic)
	}
	s.flush()
}

func onlineName(online bool) string {
	if online {
		return "online"
	}
	return "offline"
}

func networkName(carrier string) string {
	if carrier == "" {
		return "Wi-Fi"
	}
	return "cellular " + carrier
}

func tokenName(t apns.DeviceToken) string {
	if t == "" {
		return "no token yet"
	}
	return t.String()
}

// ackMode returns the argument of ack.
func ackMode(c deviceStatus) string {
	switch {
	case c.AckStatus != 0:
		return fmt.Sprint(c.AckStatus)
	case c.AckDelay < 0:
		return "never"
	case c.AckDelay > 0:
		return c.AckDelay.String()
	}
	return "now"
}

func (s *textReport) list(_ apns.DeviceID, d screenContents) {
	if len(d.Groups)+len(d.Badges)+len(d.Activities) == 0 {
		s.head("No notifications")
	}
	for _, a := range d.Activities {
		s.activity(a)
	}
	for _, g := range d.Groups {
		s.head("%s", strings.TrimSpace(g.App+"  "+g.Thread))
		for _, n := range g.Notes {
			s.row(n.At.Format(time.TimeOnly), "%s", noteText(n))
		}
	}
	if len(d.Badges) > 0 {
		s.head("Badges")
	}
	for _, b := range d.Badges {
		s.row(fmt.Sprint(b.Badge), "%s", b.App)
	}
	s.flush()
}

// noteText returns a notification in one line.
func noteText(n presentation.Note) string {
	var parts []string
	for _, part := range []string{n.Title, n.Subtitle, n.Body} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

func (s *textReport) activity(a presentation.Activity) {
	s.head("Live Activity of %s", a.App)
	s.row("state", "%s", a.State)
	switch {
	case a.Ended:
		s.row("ended", "and is removed at %s", a.RemovedAt.UTC().Format(time.RFC3339))
	case a.IsStale(s.now()):
		s.row("stale", "since %s", a.Stale.UTC().Format(time.RFC3339))
	}
	if a.Channel != "" {
		s.row("follows", "channel %s", a.Channel)
	}
}

func (s *textReport) done(_ apns.DeviceID, _ string, err error) {
	if err == nil {
		return // the change itself has been reported
	}
	s.line("%s", s.styled(bad, err.Error()))
	s.flush()
}
