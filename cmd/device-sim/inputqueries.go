package main

import (
	"context"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// A deviceStatus is the state of the device.
type deviceStatus struct {
	Online        bool
	Carrier       string // "" on Wi-Fi
	Power         device.Power
	AckDelay      time.Duration // less than 0 is never
	AckStatus     uint8
	Apps          []device.App
	Subscriptions []device.Subscription
}

// A screenContents is what the device shows.
type screenContents struct {
	Groups     []presentation.Group
	Badges     []badge
	Activities []presentation.Activity
}

type badge struct {
	App   string `json:"topic"`
	Badge int    `json:"badge"`
}

func help(_ context.Context, p *deviceRun, _ []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.help(inputCommands())
	return nil
}

func status(_ context.Context, p *deviceRun, _ []string) error {
	c := deviceStatus{
		Online: p.device.IsOnline(), Carrier: p.device.Carrier(), Power: p.device.Power(),
		AckDelay: p.device.AckDelay(), AckStatus: uint8(p.ackStatus.Load()),
		Apps: p.device.Apps(), Subscriptions: p.device.Subscriptions(),
	}
	id := p.device.ID()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.status(id, c)
	return nil
}

func tokensCommand(_ context.Context, p *deviceRun, _ []string) error {
	id, apps := p.device.ID(), p.device.Apps()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range apps {
		if a.Token != "" {
			p.out.event(id, device.Event{Kind: device.EventToken, Topic: a.Topic, Token: a.Token, Previous: a.Token})
		}
	}
	return nil
}

func list(_ context.Context, p *deviceRun, _ []string) error {
	id, apps := p.device.ID(), p.device.Apps()
	p.mu.Lock()
	defer p.mu.Unlock()
	d := screenContents{Groups: p.screen.Groups(), Activities: p.screen.Activities(p.now())}
	for _, a := range apps {
		if n := p.screen.Badge(a.Topic); n > 0 && apns.BundleID(a.Topic) == a.Topic {
			d.Badges = append(d.Badges, badge{a.Topic, n})
		}
	}
	p.out.list(id, d)
	return nil
}
