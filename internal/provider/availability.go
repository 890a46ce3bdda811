package provider

import (
	"fmt"

	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// The refusals that have nothing to do with the request: "Handling notification
// responses from APNs", 500 and 503. They are shared and never changed.
var (
	rejectionBusy     = apns.Reject(apns.ServiceUnavailable, "there were Config.BusyConnections open already; connect again later")
	rejectionStopping = apns.Reject(apns.Shutdown, "the server is stopping; connect anew")
)

// SetAvailability makes the server refuse every request with reason, on all
// connections, until it is called with "": ServiceUnavailable, InternalServerError,
// or Shutdown, which connections are also told in a GOAWAY that still takes
// requests. Another reason is an error.
func (s *Server) SetAvailability(reason apns.Reason) error {
	switch reason {
	case "":
		s.unavailable.Store(nil)
	case apns.ServiceUnavailable, apns.InternalServerError, apns.Shutdown:
		s.unavailable.Store(apns.Reject(reason, "the server was told to refuse everything"))
	default:
		return fmt.Errorf("provider: set availability: a server cannot be %s; use %s, %s, %s or nothing",
			reason, apns.ServiceUnavailable, apns.InternalServerError, apns.Shutdown)
	}
	return nil
}

// checkAvailability refuses what would be refused whatever it was.
func (r *request) checkAvailability() *apns.Rejection {
	c := r.conn
	switch {
	case c.busy:
		return rejectionBusy
	case c.stopping.Load():
		return rejectionStopping
	}
	return c.server.unavailable.Load()
}

// announceStop lets the provider know that the server is about to stop. Requests
// are read, and refused with Shutdown, until it does.
func (c *conn) announceStop(hc *h2.Conn) {
	if c.stopping.CompareAndSwap(false, true) {
		hc.GoAway(http2.ErrCodeNo, h2.MaxStreamID, appendReason(nil, apns.Shutdown))
	}
}

// announceEnd says after a refusal what there is to say about the connection. Apple
// gives no more than the names of the reasons for either GOAWAY.
func (c *conn) announceEnd(hc *h2.Conn, reason apns.Reason) {
	switch {
	case c.busy:
		hc.Shutdown(appendReason(nil, reason))
	case reason == apns.Shutdown && !c.shutdownAnnounced && !c.stopping.Load():
		c.shutdownAnnounced = true
		hc.GoAway(http2.ErrCodeNo, h2.MaxStreamID, appendReason(nil, reason))
	}
}
