package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// parseChannels reads --channel. An app with a channel is installed, too.
func (c *runCmd) parseChannels() error {
	for _, text := range c.Channel {
		s, err := parseChannel(text)
		if err != nil {
			return fmt.Errorf("--channel %w", err)
		}
		c.channels = append(c.channels, s)
		if !slices.Contains(c.Topic, s.Topic) {
			c.Topic = append(c.Topic, s.Topic)
		}
	}
	return nil
}

// parseChannel reads an app and a channel, with a colon between them.
func parseChannel(text string) (device.Subscription, error) {
	app, encoded, found := strings.Cut(text, ":")
	if !found || !apns.ValidTopic(app) {
		return device.Subscription{}, fmt.Errorf("%q is no channel: use BUNDLE-ID:ID, as in com.example.demo:wMHCw8TFxsfIycrLzM3Ozw==", text)
	}
	id, err := device.ParseChannelID(encoded)
	if err != nil {
		return device.Subscription{}, fmt.Errorf("%q: the id is the value of apns-channel-id, in base64: %w", text, err)
	}
	return device.Subscription{Topic: app, Channel: id}, nil
}

// withCheckpoints returns the subscriptions, each with its checkpoint from an earlier run.
func withCheckpoints(wanted []device.Subscription, kept []checkpoint) []device.Subscription {
	wanted = slices.Clone(wanted)
	for i := range wanted {
		for _, k := range kept {
			if k.Topic == wanted[i].Topic && k.Channel == wanted[i].Channel.String() {
				wanted[i].Checkpoint = k.Checkpoint
			}
		}
	}
	return wanted
}

// checkpoints returns the checkpoints of subscriptions that have one.
func checkpoints(subscriptions []device.Subscription) []checkpoint {
	var kept []checkpoint
	for _, s := range subscriptions {
		if s.Checkpoint != 0 {
			kept = append(kept, checkpoint{s.Topic, s.Channel.String(), s.Checkpoint})
		}
	}
	return kept
}
