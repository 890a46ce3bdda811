package main

import (
	"context"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// actions are the rows of [controlapi.DeviceActions] that a device does by itself.
var actions = map[string]func(ctx context.Context, p *deviceRun, args []string) error{
	"online":    online,
	"offline":   offline,
	"lock":      power(device.PowerLocked),
	"unlock":    power(device.PowerUnlocked),
	"sleep":     power(device.PowerAsleep),
	"wake":      power(device.PowerOn),
	"erase":     erase,
	"install":   install,
	"uninstall": uninstall,
	"forbid":    setList(device.ListIgnored),
	"allow":     setList(device.ListEnabled),
}

// actionCommands are the commands of the actions, in the words of their table.
func actionCommands() (commands []inputCommand) {
	for _, action := range controlapi.DeviceActions() {
		execute := actions[action.Name]
		if execute == nil {
			continue
		}
		args := ""
		switch {
		case action.App:
			args = "TOPIC"
		case action.Name == "offline":
			args = "[close|reset|vanish]"
		}
		commands = append(commands, inputCommand{action.Name, args, action.Summary, execute})
	}
	return commands
}

// power sets the state of the device.
func power(state device.Power) func(context.Context, *deviceRun, []string) error {
	return func(_ context.Context, p *deviceRun, _ []string) error { return p.device.SetPower(state) }
}

// offline closes the connection, resets it, or leaves it open and stops using it.
func offline(_ context.Context, p *deviceRun, args []string) error {
	how := "close"
	if len(args) > 0 {
		how = args[0]
	}
	switch how {
	case "close":
		p.device.Disconnect()
	case "reset":
		p.device.Reset()
	case "vanish":
		p.device.Vanish()
	default:
		return usageError("offline takes close, reset or vanish, not %q", how)
	}
	return nil
}

func online(_ context.Context, p *deviceRun, _ []string) error {
	p.device.Connect()
	return nil
}

func wifi(_ context.Context, p *deviceRun, _ []string) error { return p.device.SwitchNetwork("") }

// someCarrier is the network of cellular without an argument.
const someCarrier = "26201"

func cellular(_ context.Context, p *deviceRun, args []string) error {
	if len(args) > 0 {
		return p.device.SwitchNetwork(args[0])
	}
	return p.device.SwitchNetwork(someCarrier)
}

// install registers the app with the simulator first, as Xcode does at the first run.
func install(ctx context.Context, p *deviceRun, args []string) error {
	topic := args[0]
	if !apns.ValidTopic(topic) {
		return usageError("%q is not a bundle ID: use letters, digits, hyphens and dots, such as com.example.demo", topic)
	}
	if err := p.register(ctx, topic); err != nil {
		return err
	}
	return p.device.Install(topic)
}

func uninstall(_ context.Context, p *deviceRun, args []string) error {
	if err := p.installed(args[0]); err != nil {
		return err
	}
	p.device.Remove(args[0])
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.Remove(args[0])
	return p.state.forgetApp(p.Environment, args[0])
}

// installed rejects a topic that is not on the device, and suggests one that is.
func (p *deviceRun) installed(topic string) error {
	var topics []string
	for _, a := range p.device.Apps() {
		if a.Topic == topic {
			return nil
		}
		topics = append(topics, a.Topic)
	}
	if nearest, edits := spelling.Nearest(topic, topics); nearest != "" && edits <= max(1, len(topic)/lettersPerTypo) {
		return usageError("%q is not installed; did you mean %s?", topic, nearest)
	}
	return usageError("%q is not installed; status lists the installed apps", topic)
}

// setList puts an app on a list of the filter.
func setList(list device.List) func(context.Context, *deviceRun, []string) error {
	return func(_ context.Context, p *deviceRun, args []string) error {
		if err := p.installed(args[0]); err != nil {
			return err
		}
		return p.device.Put(args[0], list)
	}
}

func filter(ctx context.Context, p *deviceRun, args []string) error {
	list, err := device.ParseList(args[1])
	if err != nil {
		return usageError("%w", err)
	}
	return setList(list)(ctx, p, args)
}

func subscribe(_ context.Context, p *deviceRun, args []string) error {
	s, err := parseChannel(args[0])
	if err != nil {
		return usageError("%w", err)
	}
	if err := p.installed(s.Topic); err != nil {
		return err
	}
	return p.device.Subscribe(s.Topic, s.Channel)
}

func unsubscribe(_ context.Context, p *deviceRun, args []string) error {
	s, err := parseChannel(args[0])
	if err != nil {
		return usageError("%w", err)
	}
	for _, known := range p.device.Subscriptions() {
		if known.Topic == s.Topic && known.Channel == s.Channel {
			return p.device.Unsubscribe(s.Topic, s.Channel)
		}
	}
	return usageError("%s is not subscribed to channel %s; status lists the subscriptions", s.Topic, s.Channel)
}

// ack sets when and how notifications are acknowledged.
func ack(_ context.Context, p *deviceRun, args []string) error {
	how := args[0]
	if status, err := strconv.ParseUint(how, 10, 8); err == nil {
		p.ackStatus.Store(uint32(status))
		p.device.SetAckDelay(0)
		return nil
	}
	delay, err := time.ParseDuration(how)
	switch {
	case how == "now":
		delay = 0
	case how == "never":
		delay = -1
	case err != nil || delay < 0:
		return usageError("ack takes now, never, a time like 5s, or a status from 0 to 255, not %q", how)
	}
	p.ackStatus.Store(0)
	p.device.SetAckDelay(delay)
	return nil
}

func erase(_ context.Context, p *deviceRun, _ []string) error { return p.device.Erase() }

func quit(_ context.Context, p *deviceRun, _ []string) error {
	p.stop(nil)
	return nil
}

// wait waits for an event or a time, for scripts. Each push ends one wait.
func wait(ctx context.Context, p *deviceRun, args []string) error {
	switch what := args[0]; what {
	case "online":
		return p.device.Online(ctx)
	case "token":
		for _, a := range p.device.Apps() {
			if _, err := p.device.Token(ctx, a.Topic); err != nil {
				return err
			}
		}
		return nil
	case "push":
		select {
		case <-p.pushes:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	default:
		d, err := time.ParseDuration(what)
		if err != nil || d < 0 {
			return usageError("wait takes online, token, push, or a time like 2s, not %q", what)
		}
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		return nil
	}
}

func clearCommand(_ context.Context, p *deviceRun, args []string) error {
	topic := ""
	if len(args) > 0 {
		topic = args[0]
		if err := p.installed(topic); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.Clear(topic)
	return nil
}
