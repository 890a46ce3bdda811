package provider

import (
	"net/http"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// notReached is the place in the list of checks of a request that was never judged.
const notReached = -1

// misdirected reports whether the authority of a request is one of Apple's names that
// belongs to the other environment than the connection.
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

// answerMisdirected answers a misdirected request, which a client makes that uses a connection
// for more names than it should: 421, upon which it opens a connection of its own.
// RFC 9110, 15.5.20. What APNs does is not known.
func (c *conn) answerMisdirected(stream *h2.Stream) {
	r := &c.request
	r.parse(stream)
	r.passed = notReached
	p := r.newPush(c, false)
	detail := ":authority is " + quote(stream.Authority) + ", and the connection is of the " + c.env.String() +
		" environment; open another connection for the other environment"
	idHeader := apns.HeaderRequestID
	if c.listener == listenerOf(c.server) {
		idHeader = apns.HeaderID
		if c.server.cfg.Journal != nil {
			p.track(r, stream.Fields)
			e := journal.Event{At: r.clock().Now(), Kind: journal.Received, Push: &p.notification, Track: p.envelope.Track}
			c.server.cfg.Journal.Record(e)
			e.Kind, e.Status, e.Detail = journal.Rejected, http.StatusMisdirectedRequest, detail
			c.server.cfg.Journal.Record(e)
		}
	} else {
		c.server.recordFailure(c.record, failureOf(stream), journal.Event{Cause: failedMisdirected, Status: http.StatusMisdirectedRequest, Detail: detail})
	}
	c.server.cfg.Log.Info("provider: misdirected request", "remote", c.remote, "err", detail)
	stream.Respond(http.StatusMisdirectedRequest, nil, []hpack.HeaderField{idField(idHeader, p.notification.ID)}...)
}
