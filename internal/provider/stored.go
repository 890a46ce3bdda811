package provider

import (
	"cmp"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A storedPush is an accepted push whose record is not durable yet, and its response,
// which waits for that.
type storedPush struct {
	push             *push
	stream           *h2.Stream // nil if a fault suppresses the response
	responseIDHeader string
	override         responseOverride
}

// respondWhenStored notes the current push for respondStored, if its record is not durable
// yet, and reports that. stream is nil for a push without a response.
func (c *conn) respondWhenStored(stream *h2.Stream) bool {
	if !c.storing.Open() {
		c.server.cfg.Broker.Stored(&c.push.push.brokerPush)
		return false
	}
	c.stored = append(c.stored, storedPush{c.push.push, stream, c.push.responseIDHeader, c.override})
	return true
}

// maxStored bounds the pushes that wait together while further requests arrive.
const maxStored = 256

// respondStored waits until the records of all pushes of the connection are durable, and
// responds. It is called before the connection reads further input, so that requests that
// arrive together wait together: unless it is called for the last time, it does nothing
// while there are more to read. A push that cannot be stored is rejected.
func (c *conn) respondStored(last bool) {
	if len(c.stored) == 0 || !last && len(c.stored) < maxStored && c.input.Waiting() {
		return
	}
	failed := c.storing.Wait()
	for i := range c.stored {
		s := &c.stored[i]
		c.resume(s)
		rejection := storeFailureOf(c.push.notification, failed)
		switch {
		case rejection == nil:
			c.server.cfg.Broker.Stored(&s.push.brokerPush)
		case c.server.cfg.Broker.NotStored(&s.push.brokerPush):
			c.rejectUnstored(s.stream, rejection)
			continue
		}
		if s.stream != nil {
			c.push.respond()
		}
	}
	clear(c.stored)
	c.stored = c.stored[:0]
}

// resume makes a push the current request again, as far as its response needs it.
func (c *conn) resume(s *storedPush) {
	n := &s.push.notification
	c.override, c.push.push = s.override, s.push
	c.push.request = request{
		conn: c, stream: s.stream, responseIDHeader: s.responseIDHeader, responseID: n.ID,
		notification: n, trace: s.push.brokerPush.Trace, teamID: n.TeamID,
	}
}

// rejectUnstored rejects the current request, which was accepted before.
func (c *conn) rejectUnstored(stream *h2.Stream, rejection *apns.Rejection) {
	r := &c.push.request
	r.space, r.claims.Device = c.server.cfg.Spaces.ForTeam(r.teamID), c.push.push.brokerPush.To.Device
	r.recordRejection(rejection)
	if stream != nil {
		c.reject(r, rejection)
	}
}

// storeFailureOf returns why a push is among the failed ones, nil if it is not.
func storeFailureOf(push *apns.Notification, failed []store.Failure) *apns.Rejection {
	for _, f := range failed {
		if f.Push == push {
			return cmp.Or(f.Rejection, notStored())
		}
	}
	return nil
}

// notStored is the rejection of a push whose record could not be written.
func notStored() *apns.Rejection {
	return apns.Reject(apns.ServiceUnavailable, "the push could not be stored; the log says why")
}

// beforeWait is called before a connection reads further input.
func beforeWait(hc *h2.Conn, last bool) { hc.Data().(*conn).respondStored(last) }
