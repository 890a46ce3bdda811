package provider

import (
	"net/http"
	"strings"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
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

// notReached is the number of passed checks of a request that was not checked.
const notReached = -1

// misdirected reports whether the authority of a request is a host name of Apple of
// the environment that is not the connection's.
func (c *conn) misdirected(authority string) bool {
	if authority == c.authority {
		return false
	}
	if env, ok := apns.HostEnvironment(hostOf(authority)); ok && env != c.env {
		return true
	}
	c.authority = authority
	return false
}

// respondMisdirected answers a request whose authority belongs to the other
// environment with 421, upon which a client opens another connection. A client
// sends one when it reuses a connection for several names. What APNs does is not
// known. https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20
func (c *conn) respondMisdirected(stream *h2.Stream) {
	p, s := &c.push, c.server
	p.parse(stream)
	p.passed = notReached
	detail := ":authority is " + quote(stream.Authority) + ", and the connection is of the " + c.env.String() +
		" environment; open another connection for the other environment"
	e := journal.Event{Status: http.StatusMisdirectedRequest, Detail: detail}
	if c.listener == fault.ProviderListener {
		p.receive(false)
		e.Kind = journal.Rejected
		p.record(e)
	} else {
		p.assignID()
		p.responseIDHeader = apns.HeaderRequestID
		e.Cause = failedMisdirected
		s.recordFailure(c.record, failureOf(stream), e)
	}
	s.cfg.Log.Info("provider: misdirected request", "remote", c.remote, "err", detail)
	stream.Respond(http.StatusMisdirectedRequest, nil, []hpack.HeaderField{idField(p.responseIDHeader, p.responseID)}...)
}
