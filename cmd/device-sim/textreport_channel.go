package main

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/device"
)

// channels tells what the device asks APNs for, channel by channel.
func (s *textReport) channels(step device.StepChannels) {
	if step.Full {
		s.head("Channels: broadcasts that the apps follow")
		s.row("asked", "for these channels and no others")
	} else {
		s.head("Channels: a change")
	}
	for _, sub := range step.Wanted {
		s.row("subscribe", "%s of %s, %s", sub.Channel, sub.Topic, since(sub.Checkpoint))
	}
	for _, sub := range step.Ended {
		s.row("unsubscribe", "%s of %s", sub.Channel, sub.Topic)
	}
}

// since tells which messages a subscription asks for.
func since(checkpoint uint64) string {
	if checkpoint == 0 {
		return "from now on, and the message kept for late joiners if there is one"
	}
	return fmt.Sprintf("what is newer than the checkpoint %d (%s)", checkpoint, time.Unix(0, int64(checkpoint)).UTC().Format(time.RFC3339))
}

func (s *textReport) subscribed(e device.Event) {
	s.head("Channel %s of %s: subscribed", e.Channel, e.Topic)
	s.row("answer", "%s", s.look(good, "accepted"))
	s.more("a provider publishes once, to /4/broadcasts/apps/%s, and all subscribers get it", e.Topic)
}

func (s *textReport) subscriptionEnded(e device.Event) {
	s.head("Channel %s of %s: the subscription has ended", e.Channel, e.Topic)
	s.row("reason", "%s", s.look(bad, e.Err.Error()))
}
