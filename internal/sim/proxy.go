package sim

import (
	"net"
	"net/url"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/proxy"
)

func (s *Simulator) makeProxy() (err error) {
	s.proxy, err = proxy.New(proxy.Config{Route: s.Route, Others: s.cfg.ProxyOthers, Log: s.log})
	return err
}

// manageHost begins the names of the hosts of channel management: "Sending channel
// management requests to APNs".
const manageHost = "api-manage-broadcast."

// courierHosts are the ends of the names that devices dial, which begin with a number
// (observed: apsd).
var courierHosts = map[string]apns.Environment{
	"courier.push.apple.com":         apns.Production,
	"courier.sandbox.push.apple.com": apns.Sandbox,
}

// Route returns the address of the door that one of Apple's hosts stands for,
// whatever the port; "" for another host, or if the door is closed.
func (s *Simulator) Route(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		return ""
	}
	host = strings.ToLower(host)
	for suffix, env := range courierHosts {
		if host == suffix || strings.HasSuffix(host, "-"+suffix) {
			return choose(env, s.info.Device, s.info.DeviceSandbox)
		}
	}
	env, ok := apns.HostEnvironment(host)
	switch {
	case !ok:
		return ""
	case strings.HasPrefix(host, manageHost):
		return addressIn(choose(env, s.info.Channels, s.info.ChannelsSandbox))
	}
	return addressIn(choose(env, s.info.Provider, s.info.ProviderSandbox))
}

func choose(env apns.Environment, production, sandbox string) string {
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
