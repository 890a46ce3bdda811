package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// maxPushes is how many pushes may arrive before a script waits for them.
const maxPushes = 1 << 16

// A deviceRun is one run of the command run.
type deviceRun struct {
	identitySource
	stop      context.CancelCauseFunc // ends the run, with a failure if there is one
	now       func() time.Time
	device    *device.Device
	ackStatus atomic.Uint32 // how notifications are answered
	pushes    chan struct{} // one value for each push received

	forwarding forwarding // of notifications to other programs

	// Owned by the goroutine of the device.
	connected bool // at least once

	// Guarded by mu.
	out    reporter
	screen presentation.Screen
}

// run runs one device until ctx ends.
func (c *runCmd) run(ctx context.Context, std streams, log *slog.Logger) error {
	receivers, err := c.receivers()
	if err != nil {
		return err
	}
	interrupt := ctx
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	state, err := openState(c.State)
	if err != nil {
		return err
	}
	out := c.reporter(std, stop)
	p := &deviceRun{
		identitySource: identitySource{runCmd: c, control: newControl(c.Control, c.ControlToken), state: state, reporter: out},
		stop:           stop, now: std.now, pushes: make(chan struct{}, maxPushes), out: out,
	}
	if err := p.newDevice(ctx, log); err != nil {
		return interrupted(ctx, err)
	}
	if err := std.startLineEditor(); err != nil {
		return err
	}
	var typing sync.WaitGroup
	typing.Go(func() { p.runInput(ctx, std) })
	p.forwarding.start(interrupt, receivers, p.reportForwarded)
	err = p.device.Run(ctx)
	stop(nil)
	p.forwarding.end()
	typing.Wait()
	if err != nil {
		return err
	}
	return interrupted(ctx, nil)
}

// interrupted returns the error that ended ctx, nil if a signal did, and err if ctx has not
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
	return &textReport{page: page{sink: out, color: std.colorOut}, now: std.now, interactive: std.inTerminal}
}

// newDevice makes the device with its roots, its identity and its saved state.
func (p *deviceRun) newDevice(ctx context.Context, log *slog.Logger) error {
	p.out.begin(p.Environment, p.Name)
	var err error
	if p.Server, err = p.control.courier(ctx, p.Server, p.Environment); err != nil {
		return err
	}
	roots, err := trustedRoots(ctx, p.CA, p.control)
	if err != nil {
		return err
	}
	identity, err := p.identity(ctx)
	if err != nil {
		return err
	}
	saved := p.state.Tokens[p.Environment]
	p.device, err = device.New(device.Config{
		Identity:    identity,
		Renew:       p.activate,
		Token:       saved.Base,
		Tokens:      saved.Apps,
		Topics:      p.Topic,
		Channels:    withCheckpoints(p.channels, p.state.Channels[p.Environment]),
		Environment: p.Environment,
		Style:       p.style,
		RootCAs:     roots,
		Dial:        func(ctx context.Context) (net.Conn, error) { return dial(ctx, p.Server) },
		DialHost: func(ctx context.Context, host string) (net.Conn, error) {
			return dial(ctx, redirected(p.Server, host))
		},
		OnEvent:   p.event,
		Trace:     p.step,
		Ack:       func(device.Notification) uint8 { return uint8(p.ackStatus.Load()) },
		NextQueue: -1,
		Log:       log,
	})
	return err
}

// event saves tokens and checkpoints, ends the run if the first connection fails, and reports
// the event.
func (p *deviceRun) event(e device.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case device.EventNotification:
		p.push(e)
		return
	case device.EventErased:
		p.saved(p.state.forget())
		p.erasedID = p.device.ID()
		p.Topic = nil
		p.screen = presentation.Screen{}
	case device.EventConnectFailed:
		if !p.connected && !device.Redirected(e.Err) {
			p.stop(firstConnectFailed(p.Server, e.Err))
			return
		}
	case device.EventBaseToken, device.EventToken:
		p.saved(p.state.saveTokens(p.Environment, p.device.BaseToken(), p.device.Tokens()))
	case device.EventDisconnected:
		p.saved(p.state.saveCheckpoints(p.Environment, checkpoints(p.device.Subscriptions())))
	}
	p.out.event(p.device.ID(), e)
	if e.Kind == device.EventConnected && !p.connected {
		p.connected = true
		p.reportKnownTokens()
	}
}

func (p *deviceRun) step(s device.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.step(s)
}

// push shows a push. mu is held.
func (p *deviceRun) push(e device.Event) {
	n := e.Notification
	p.out.notification(p.device.ID(), e, p.screen.Take(presentation.Push{
		Topic: liveTopic(n), Payload: n.Payload, At: p.now(), Priority: n.Priority, ID: n.ProviderID, Channel: n.Channel.String(),
	}))
	for _, note := range p.forwarding.add(received{n, p.device.ID()}) {
		p.out.forwarded(p.device.ID(), note)
	}
	select {
	case p.pushes <- struct{}{}:
	default: // more than scripts wait for
	}
}

// receivers returns the programs that get the notifications as well.
func (c *runCmd) receivers() (all []receiver, err error) {
	if c.OnNotification != "" {
		all = append(all, &program{c.OnNotification, c.OnNotificationTimeout, c.Environment})
	}
	if c.Simctl != "" {
		s, err := newSimctl(c.Simctl)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (p *deviceRun) reportForwarded(r forwardResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.forwarded(p.device.ID(), r)
}

// liveTopic returns the topic of a push. A broadcast has the bundle ID, and is for Live
// Activities.
func liveTopic(n device.Notification) string {
	if n.Channel == "" {
		return n.Topic
	}
	return n.Topic + apns.LookupPushType(apns.LiveActivity).Suffix
}

// saved ends the run if the state could not be saved.
func (p *deviceRun) saved(err error) {
	if err != nil {
		p.stop(&failure{code: exitFailure, err: err})
	}
}

// reportKnownTokens reports tokens of an earlier run that are still valid, for which there
// are no events. A new base token has removed the others.
func (p *deviceRun) reportKnownTokens() {
	known := p.device.Tokens()
	for _, topic := range p.Topic {
		if token := known[topic]; token != "" {
			p.out.event(p.device.ID(), device.Event{Kind: device.EventToken, Topic: topic, Token: token, Previous: token})
		}
	}
}
