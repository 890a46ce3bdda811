package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/apns-sim/apns-sim/internal/device"
)

// A phone is one run of the verb run.
type phone struct {
	*runCmd
	control *control
	state   *state
	out     reporter
	stop    context.CancelCauseFunc // ends the run with a failure

	device    *device.Device
	connected bool // at least once
}

// run is one device, until ctx ends.
func (c *runCmd) run(ctx context.Context, std streams, log *slog.Logger) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	state, err := openState(c.State)
	if err != nil {
		return err
	}
	p := &phone{runCmd: c, control: newControl(c.Control, c.ControlToken), state: state, out: c.reporter(std, stop), stop: stop}
	if err := p.switchOn(ctx, log); err != nil {
		return interrupted(ctx, err)
	}
	if err := p.device.Run(ctx); err != nil {
		return err
	}
	return interrupted(ctx, nil)
}

// interrupted gives the failure that ended ctx, or nil if a signal did; err if ctx has not
// ended.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if f, ok := errors.AsType[*failure](context.Cause(ctx)); ok {
		return f
	}
	return nil
}

func (c *runCmd) reporter(std streams, stop context.CancelCauseFunc) reporter {
	out := sink{w: std.stdout, failed: func(err error) {
		stop(&failure{code: exitFailure, err: fmt.Errorf("write to stdout: %w", err)})
	}}
	if c.JSON {
		return &jsonLines{out: out}
	}
	return &story{page: page{sink: out, color: std.colorOut}, now: std.now}
}

// switchOn makes the device: its trust, its identity, what it remembers.
func (p *phone) switchOn(ctx context.Context, log *slog.Logger) error {
	p.out.begin(p.Environment, p.Name)
	roots, err := p.roots(ctx)
	if err != nil {
		return err
	}
	identity, err := p.identity(ctx)
	if err != nil {
		return err
	}
	kept := p.state.Tokens[p.Environment]
	p.device, err = device.New(device.Config{
		Identity:    identity,
		Renew:       p.activate,
		Token:       kept.Base,
		Tokens:      kept.Apps,
		Topics:      p.Topic,
		Channels:    withCheckpoints(p.channels, p.state.Channels[p.Environment]),
		Environment: p.Environment,
		Style:       p.style,
		RootCAs:     roots,
		Dial:        func(ctx context.Context) (net.Conn, error) { return dial(ctx, p.Server) },
		DialHost: func(ctx context.Context, host string) (net.Conn, error) {
			return dial(ctx, redirected(p.Server, host))
		},
		OnEvent: p.event,
		Trace:   p.out.step,
		Inbox:   -1,
		Log:     log,
	})
	return err
}

// event keeps tokens and checkpoints, gives up if the very first connection fails, and tells the
// user.
func (p *phone) event(e device.Event) {
	switch e.Kind {
	case device.EventConnectFailed:
		if !p.connected {
			p.stop(firstConnectFailed(p.Server, e.Err))
			return
		}
	case device.EventBaseToken, device.EventToken:
		p.kept(p.state.saveTokens(p.Environment, p.device.BaseToken(), p.device.Tokens()))
	case device.EventDisconnected:
		p.kept(p.state.saveCheckpoints(p.Environment, checkpoints(p.device.Subscriptions())))
	}
	p.out.event(p.device.ID(), e)
	if e.Kind == device.EventConnected && !p.connected {
		p.connected = true
		p.tellKnownTokens()
	}
}

// kept ends the run if the state could not be kept.
func (p *phone) kept(err error) {
	if err != nil {
		p.stop(&failure{code: exitFailure, err: err})
	}
}

// tellKnownTokens tells about tokens of an earlier run that are still good: no event
// will. Those that a new base token has voided are gone by now.
func (p *phone) tellKnownTokens() {
	known := p.device.Tokens()
	for _, topic := range p.Topic {
		if token := known[topic]; token != "" {
			p.out.event(p.device.ID(), device.Event{Kind: device.EventToken, Topic: topic, Token: token, Previous: token})
		}
	}
}
