package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
)

// general is what the control API reads of the simulator itself.
type general struct{ *sim.Simulator }

// Info returns the ready record.
func (g general) Info() any { return g.Simulator.Info() }

// frames records the frames of devices.
type frames struct{ *sim.Simulator }

// RecordFrames records the frames of a device.
func (f frames) RecordFrames(device apns.DeviceID) control.FrameRecording {
	return f.Simulator.RecordFrames(device)
}

// spaces makes spaces whose certificate may be in PKCS#12.
type spaces struct{ *spacecontrol.Spaces }

// NewSpace makes a space, with the certificate as PKCS#12 if that was ordered.
func (s spaces) NewSpace(ctx context.Context, o controlapi.CreateSpaceRequest) (*controlapi.CreatedSpace, error) {
	made, identity, err := s.OpenSpace(ctx, o)
	if err != nil || o.P12Password == "" {
		return made, err
	}
	file, err := p12.Encode(p12.Modern, identity, o.P12Password)
	if err != nil {
		return nil, errors.Join(err, s.CloseSpace(made.Team))
	}
	made.P12 = base64.StdEncoding.EncodeToString(file)
	return made, nil
}

// controlParts gives each resource of the control API what it needs.
func controlParts(s *sim.Simulator, source stateSource, hooks *webhooks) control.Parts {
	teams, devices := s.TeamControl, s.DeviceControl
	return control.Parts{
		General: general{s}, Activation: devices, Apple: devices, Spaces: spaces{s.SpaceControl}, Teams: teams, Clocks: s.SpaceControl,
		Devices: devices, Connections: s, Webhooks: hooks, Channels: teams, Checker: s, ProviderPusher: s, DeviceSearcher: devices, Certificates: s, IssuedCertificates: teams, FrameRecorder: frames{s},
		DeviceTokens: s, ProviderTokens: s, Journal: s.Journal, Clock: s.Clock, Replayer: s, Faults: s.Faults, Gauges: s,
		StateExporter: stateExporter{s, source},
	}
}

// controlAPI makes the control API of a simulator. It answers under the names of
// the server's certificate, and under the address that it was told to listen on.
func (s *serveCommand) controlAPI(simulator *sim.Simulator) (*sim.ControlAPI, error) {
	hosts := slices.Clone(s.Name)
	if host, ok := s.controlHost(); ok && !isEverywhere(host) {
		hosts = append(hosts, host)
	}
	server, err := control.New(control.Config{
		Parts: controlParts(simulator, s.source, s.hooks), AllowedHosts: hosts, Token: simulator.ControlToken(), Log: simulator.Log(),
	})
	if err != nil {
		return nil, err
	}
	return &sim.ControlAPI{Serve: server.Serve, ServeApple: server.ServeApple, AppleHosts: control.AppleHosts()}, nil
}

// checkAddresses rejects what is no address; whether one can be had is another matter.
func (s *serveCommand) checkAddresses() error {
	if err := pki.CheckName(s.ListenAll); s.ListenAll != "" && err != nil {
		return badFlag("listen-all", ": %w; write one such as 0.0.0.0", err)
	}
	var wrong []error
	addresses := s.addresses()
	for _, listener := range sim.Listeners() {
		address := addresses[listener.Listener]
		if _, automatic := listener.Automatic(address); automatic || address == "" || address == sim.Off {
			continue
		}
		path, socket := controlapi.SocketPath(address)
		switch {
		case socket && listener.Listener != sim.ControlListener:
			wrong = append(wrong, badFlag(listener.Flag, " is %s; only --listen-control can be a socket", address))
			continue
		case socket && path == "":
			wrong = append(wrong, badFlag(listener.Flag, " is %s; write the path of the socket, as in unix:/tmp/apns-sim.sock", address))
			continue
		case socket:
			continue
		}
		_, port, err := net.SplitHostPort(address)
		if err == nil {
			_, err = net.LookupPort("tcp", port)
		}
		if err != nil {
			wrong = append(wrong, badFlag(listener.Flag, ": %w; write host:port, or %s; port 0 selects a free port", err, sim.Off))
		}
	}
	return errors.Join(wrong...)
}

// controlHost returns the host that the control API was told to listen on, ""
// for every interface; ok is false if it is closed, at a socket or on any free port.
func (s *serveCommand) controlHost() (host string, ok bool) {
	address := s.addresses()[sim.ControlListener]
	if _, socket := controlapi.SocketPath(address); socket || address == sim.Off || address == "" {
		return "", false
	}
	host, _, err := net.SplitHostPort(address)
	return host, err == nil
}

// controlToken returns the token that the control API demands: the one that was
// given, or a new one if others than this machine can reach the API.
func (s *serveCommand) controlToken() string {
	host, ok := s.controlHost()
	if s.ControlToken != "" || !ok || isLoopback(host) {
		return s.ControlToken
	}
	return rand.Text()
}

// isEverywhere reports whether a host stands for every interface.
func isEverywhere(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// isLoopback reports whether only this machine reaches a host.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
