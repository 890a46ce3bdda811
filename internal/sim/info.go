package sim

import (
	"net"
	"os"
	"strings"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/version"
)

// ReadyEvent is the event of a ready record.
const ReadyEvent = "ready"

// Info is the ready record: where the simulator listens and what its default
// team has.
type Info struct {
	Event   string `json:"event"` // ReadyEvent
	PID     int    `json:"pid"`
	Version string `json:"version"`
	// Profile is that of [Config].
	Profile string `json:"profile,omitempty"`

	Provider        string `json:"provider,omitempty"`
	Provider443     string `json:"provider443,omitempty"`
	ProviderSandbox string `json:"providerSandbox,omitempty"`
	Device          string `json:"device,omitempty"`
	DeviceSandbox   string `json:"deviceSandbox,omitempty"`
	Channels        string `json:"channels,omitempty"`
	ChannelsSandbox string `json:"channelsSandbox,omitempty"`
	Control         string `json:"control,omitempty"`
	Proxy           string `json:"proxy,omitempty"`

	// ControlTokenFile has the bearer token that the control API requires; "" if it requires
	// none.
	ControlTokenFile string `json:"controlTokenFile,omitempty"`

	// CAFile and the files of DefaultTeam are empty if no files are written.
	CAFile      string          `json:"caFile,omitempty"`
	DefaultTeam DefaultTeamInfo `json:"defaultTeam"`
}

// DefaultTeamInfo is what a provider of the default team needs.
type DefaultTeamInfo struct {
	TeamID string `json:"teamId"`
	KeyID  string `json:"keyId"`
	Topic  string `json:"topic"`
	// KeyFile is the authentication key, .p8.
	KeyFile string `json:"keyFile,omitempty"`
	// CertificateFile is a provider certificate for Topic with its key, PEM.
	CertificateFile string `json:"certificateFile,omitempty"`
}

// Version is the version of the running program, as in [version.Info].
func Version() string { return version.Read().Version }

// describe makes the ready record of open listeners.
func describe(open map[Listener]net.Listener) Info {
	at := func(scheme string, d Listener) string {
		if ln := open[d]; ln != nil {
			return scheme + reachable(ln.Addr())
		}
		return ""
	}
	return Info{
		Event:           ReadyEvent,
		PID:             os.Getpid(),
		Version:         Version(),
		Provider:        at("https://", Provider),
		Provider443:     at("https://", Provider443),
		ProviderSandbox: at("https://", ProviderSandbox),
		Device:          at("", Device),
		DeviceSandbox:   at("", DeviceSandbox),
		Channels:        at("https://", Channels),
		ChannelsSandbox: at("https://", ChannelsSandbox),
		Control:         controlAddress(open[ControlListener]),
		Proxy:           at("http://", ProxyListener),
		DefaultTeam:     DefaultTeamInfo{TeamID: DefaultTeam, KeyID: DefaultKey, Topic: DefaultTopic},
	}
}

// controlAddress is the URL of the control API, or unix: and the path of its socket.
func controlAddress(ln net.Listener) string {
	if ln == nil {
		return ""
	}
	if socket, ok := ln.Addr().(*net.UnixAddr); ok {
		return controlapi.SocketAddress(socket.Name)
	}
	return "http://" + reachable(ln.Addr())
}

// Addresses returns where the listeners are that are open, for another simulator in the
// place of this one.
func (i Info) Addresses() Addresses {
	all := make(Addresses)
	for listener, address := range map[Listener]string{
		Provider: i.Provider, Provider443: i.Provider443, ProviderSandbox: i.ProviderSandbox, Device: i.Device, DeviceSandbox: i.DeviceSandbox,
		Channels: i.Channels, ChannelsSandbox: i.ChannelsSandbox, ControlListener: i.Control, ProxyListener: i.Proxy,
	} {
		if _, host, isURL := strings.Cut(address, "://"); isURL {
			address = host
		}
		if address != "" {
			all[listener] = address
		}
	}
	return all
}

// reachable returns an address that can be dialed for that of a listener: loopback for a
// listener on all interfaces. It is IPv4 for both wildcards, since package net listens on
// both families for either.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
}
