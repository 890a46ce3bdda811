package provider

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// start sets the environment at the first request: by Apple's host name in SNI, else
// by the one in the request, else by the listener.
func (c *conn) start(authority string) {
	c.started = true
	c.env = c.environmentFor(authority)
	c.binding = c.server.cfg.Auth.NewBinding(c.env)
	c.binding.SetSource(c.source)
	c.record = newConnRecord(c)
}

// environmentFor returns the environment of a connection whose first request has that
// authority.
func (c *conn) environmentFor(authority string) apns.Environment {
	for _, name := range []string{c.serverName, authority} {
		if env, ok := apns.HostEnvironment(hostOf(name)); ok {
			return env
		}
	}
	return c.server.cfg.Environment
}

// hostOf returns the host of an authority in lower case, without a port and without
// the dot at the end of an absolute name.
// https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
func hostOf(authority string) string {
	host, _, _ := strings.Cut(authority, ":")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
