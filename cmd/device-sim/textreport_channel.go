package main

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/device"
)

// channels shows the subscriptions that the device requests.
func (s *textReport) channels(step device.StepChannels) {
	if step.Full {
		s.head("Channels: broadcast subscriptions of the apps")
		s.row("asked", "for these subscriptions, the full list")
	} else {
		s.head("Channels: changed subscriptions")
	}
	for _, sub := range step.Wanted {
		s.row("subscribe", "%s of %s, %s", sub.Channel, sub.Topic, since(sub.Checkpoint))
	}
	for _, sub := range step.Ended {
		s.row("unsubscribe", "%s of %s", sub.Channel, sub.Topic)
	}
}

// since says which messages a subscription requests.
func since(checkpoint uint64) string {
	if checkpoint == 0 {
		return "from now on, and the stored message if there is one"
	}
	return fmt.Sprintf("messages newer than checkpoint %d (%s)", checkpoint, time.Unix(0, int64(checkpoint)).UTC().Format(time.RFC3339))
}

func (s *textReport) subscribed(e device.Event) {
	s.head("Channel %s of %s: subscribed", e.Channel, e.Topic)
	s.row("answer", "%s", s.styled(good, "accepted"))
	s.more("a provider sends one request to /4/broadcasts/apps/%s, and all subscribers receive it", e.Topic)
}

func (s *textReport) subscriptionEnded(e device.Event) {
	s.head("Channel %s of %s: subscription ended", e.Channel, e.Topic)
	s.row("reason", "%s", s.styled(bad, e.Err.Error()))
}
