package provider

import (
	"net/http"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

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
