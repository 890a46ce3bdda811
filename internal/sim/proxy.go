package sim

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/proxy"
)

func (s *Simulator) makeProxy() (err error) {
	s.proxy, err = proxy.New(proxy.Config{Tunnel: s.tunnelTarget, Forward: s.forwardTarget, Others: s.cfg.ProxyOthers, Log: s.log})
	return err
}

// warnOfRelay logs a warning if the proxy passes on requests of other machines to any host.
func (s *Simulator) warnOfRelay(ln net.Listener) {
	if ln == nil || !s.cfg.ProxyOthers {
		return
	}
	if at, ok := ln.Addr().(*net.TCPAddr); ok && !at.IP.IsLoopback() {
		s.log.Warn("the proxy passes on what anybody who reaches it asks for, to any host; leave out --proxy-others, or listen on loopback", "address", at.String())
	}
}

// httpPort is that of http:// (RFC 9110, 4.2.1). There are programs that make a tunnel
// for it as well (observed: nodejs/undici, ProxyAgent).
const httpPort = "80"

// tunnelTarget returns the target of a tunnel to one of Apple's hosts.
func (s *Simulator) tunnelTarget(hostport string) (proxy.Target, error) {
	if host, port := splitHost(hostport); s.apple.has(host) {
		return s.appleTarget(host, port != httpPort)
	}
	address, err := s.Route(hostport)
	return proxy.Target{Address: address}, err
}

// forwardTarget returns the target of a request without TLS for one of Apple's hosts.
func (s *Simulator) forwardTarget(hostport string) (proxy.Target, error) {
	host, _ := splitHost(hostport)
	switch {
	case s.apple.has(host):
		return s.appleTarget(host, false)
	case pki.IsApples(host):
		return proxy.Target{}, fmt.Errorf("%s is not reached by http://; use https://", host)
	}
	return proxy.Target{}, nil
}

// splitHost returns a host in lower case, without a dot at its end, and its port, "" if
// there is none.
func splitHost(hostport string) (host, port string) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.ToLower(strings.TrimRight(host, ".")), port
}

// manageHost begins the names of the hosts of channel management: "Sending channel
// management requests to APNs".
const manageHost = "api-manage-broadcast."

// Route returns the address of the listener for one of Apple's hosts, regardless of the
// port; "" for another host. The error says why no listener serves a host of Apple; without
// it, the request would go to Apple.
func (s *Simulator) Route(hostport string) (address string, err error) {
	host, _ := splitHost(hostport)
	if !pki.IsApples(host) {
		return "", nil
	}
	listener, ok := listenerOf(host)
	if !ok {
		return "", fmt.Errorf("%s is an Apple host that the simulator does not serve", host)
	}
	if address = s.info.reached(listener); address == "" {
		return "", fmt.Errorf("%s stands for %s, which is closed here; open it with --%s", host, listeners[listener].Serves, listeners[listener].Flag)
	}
	return address, nil
}

// listenerOf returns the listener for one of Apple's hosts.
func listenerOf(host string) (Listener, bool) {
	if env, ok := apns.CourierEnvironment(host); ok {
		return choose(env, Device, DeviceSandbox), true
	}
	env, ok := apns.HostEnvironment(host)
	if strings.HasPrefix(host, manageHost) {
		return choose(env, Channels, ChannelsSandbox), ok
	}
	return choose(env, Provider, ProviderSandbox), ok
}

// reached returns the host:port of a listener; "" if it is closed.
func (i *Info) reached(d Listener) string {
	switch d {
	case Device:
		return i.Device
	case DeviceSandbox:
		return i.DeviceSandbox
	case Channels:
		return addressIn(i.Channels)
	case ChannelsSandbox:
		return addressIn(i.ChannelsSandbox)
	case ProviderSandbox:
		return addressIn(i.ProviderSandbox)
	}
	return addressIn(cmp.Or(i.Provider, i.Provider443))
}

func choose(env apns.Environment, production, sandbox Listener) Listener {
	if env == apns.Sandbox {
		return sandbox
	}
	return production
}

// addressIn returns the host:port in one of our own URLs; "" in none.
func addressIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
