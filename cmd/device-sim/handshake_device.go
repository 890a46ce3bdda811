package main

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// newDevice makes the device, with an eye on all it does.
func (h *handshake) newDevice(ctx context.Context, log *slog.Logger) error {
	var err error
	if h.Server, err = h.control.courier(ctx, h.Server, h.Environment); err != nil {
		return err
	}
	roots, err := trustedRoots(ctx, h.CA, h.control)
	if err != nil {
		return err
	}
	identity, err := h.identity(ctx)
	if err != nil {
		return err
	}
	kept := h.state.Tokens[h.Environment]
	h.begin("The device logs in for the first time")
	if kept.Base != "" {
		h.begin("The device logs in with the base token of an earlier run")
	}
	h.device, err = device.New(device.Config{
		Identity: identity, Renew: h.activate,
		Token: kept.Base, Tokens: kept.Apps, Topics: h.Topic,
		Environment: h.Environment, Style: h.style, RootCAs: roots,
		Dial: func(ctx context.Context) (net.Conn, error) { return dial(ctx, h.Server) },
		DialHost: func(ctx context.Context, host string) (net.Conn, error) {
			return dial(ctx, redirected(h.Server, host))
		},
		Keepalive: -1, Inbox: -1,
		OnEvent: h.event, Trace: h.step, Tap: h.frame, Log: log,
	})
	return err
}

func (h *handshake) remembered(dir string, leaf *x509.Certificate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tell(h.transcriber.identity("Identity", "Key and certificate are in "+dir+" from an earlier run, so there is no need to activate again.", leaf))
}

// activated is called with mu held.
func (h *handshake) activated(url string, leaf *x509.Certificate, _ bool) {
	h.tell(h.transcriber.identity("Activation",
		"The device has generated a key and sent a certificate signing request to "+url+"; the private key never leaves it. It receives a certificate, by which APNs identifies it.", leaf))
}

func (h *handshake) step(step device.Step) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p, ok := h.transcriber.step(step); ok {
		h.tell(p)
	}
}

// frame shows a frame, and takes note of what the scenes wait for.
func (h *handshake) frame(w device.TappedFrame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tell(h.transcriber.frame(w))
	switch {
	case w.Plain.Command == courier.CmdFilter && w.From == courier.FromDevice:
		h.filtered = true
	case w.Plain.Command == courier.CmdAck && h.acks:
		h.acks = false
		close(h.acked)
	case h.filtered && w.From == courier.FromServer && (w.Plain.Command == courier.CmdNoStorage || w.Plain.Command == courier.CmdNotification):
		h.filtered = false
		select {
		case h.answered <- struct{}{}:
		default:
		}
	}
}

func (h *handshake) event(e device.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e.Kind {
	case device.EventConnected:
		h.connected = true
	case device.EventConnectFailed:
		if !h.connected && !device.Redirected(e.Err) {
			h.stop(firstConnectFailed(h.Server, e.Err))
		}
	case device.EventDisconnected:
		p := h.transcriber.newEntry("Disconnected", "The connection is closed. From now on APNs stores pushes.")
		if e.Err != nil {
			p.Rows = []row{{"reason", e.Err.Error()}}
		}
		h.tell(p)
	case device.EventNotification:
		h.shown(e)
	}
}

// shown is the entry about what the phone makes of a push. mu is held.
func (h *handshake) shown(e device.Event) {
	n := e.Notification
	var s presentation.Screen
	shown := s.Take(presentation.Push{Topic: liveTopic(n), Payload: n.Payload, At: n.Timestamp, Priority: n.Priority, Channel: n.Channel.String()})
	p := h.transcriber.newEntry("How the device shows it", "")
	p.Rows = []row{{"kind", shown.Kind}}
	for _, f := range shown.Fields {
		p.Rows = append(p.Rows, row(f))
	}
	for _, effect := range shown.Effects {
		p.Rows = append(p.Rows, row{"device", effect})
	}
	for _, advice := range shown.Advice {
		p.Rows = append(p.Rows, row{"advice", advice.Message})
	}
	h.tell(p)
	select {
	case <-h.acked:
	default:
		h.acks = true
	}
}
