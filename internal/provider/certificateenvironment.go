package provider

import (
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// wrongEnvironment reports whether the provider certificate is for the other
// environment only.
func (c *conn) wrongEnvironment() bool {
	if c.identity == nil {
		return false
	}
	if c.env == apns.Sandbox {
		return !c.identity.Sandbox
	}
	return !c.identity.Production
}

// rejectEnvironment ends a connection whose certificate is for the other environment.
// Handshake and SETTINGS succeed; the first request gets GOAWAY with NO_ERROR, last
// stream 0 and the reason (observed: sideshow/apns2#93, sideshow/apns2#117), then a second GOAWAY
// (observed: jchambers/pushy#312) and the end of the connection.
func (c *conn) rejectEnvironment(s *h2.Stream) {
	hc := s.Conn()
	c.server.cfg.Log.Info("provider: certificate is for the other environment",
		"remote", hc.RemoteAddr(), "topic", c.identity.Topic, "reason", apns.BadCertificateEnvironment)
	c.server.recordFailure(c.record, failureOf(s), journal.Event{
		Cause:     string(apns.BadCertificateEnvironment),
		Rejection: apns.Reject(apns.BadCertificateEnvironment, "the certificate of", c.identity.Topic, "is not for the", c.env.String(), "environment; the connection was ended"),
	})
	debug := goAwayDebug(apns.BadCertificateEnvironment)
	hc.GoAway(http2.ErrCodeNo, 0, debug)
	s.Reset(http2.ErrCodeRefusedStream) // not seen by the provider: the GOAWAY took the stream
	hc.Shutdown(debug)
}
