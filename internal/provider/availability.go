package provider

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
)

// The rejections that do not depend on the request, with status 503. They are shared
// and never changed.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
var (
	rejectionBusy     = apns.Reject(apns.ServiceUnavailable, "too many connections are open; connect again later")
	rejectionStopping = apns.Reject(apns.Shutdown, "the server is stopping; open a new connection")
)

// SetAvailability makes the server reject every request with reason until it is called
// with "": ServiceUnavailable, InternalServerError, or Shutdown, which is also
// announced in a GOAWAY that still admits requests. Another reason is an error.
func (s *Server) SetAvailability(reason apns.Reason) error {
	switch reason {
	case "":
		s.unavailable.Store(nil)
	case apns.ServiceUnavailable, apns.InternalServerError, apns.Shutdown:
		s.unavailable.Store(apns.Reject(reason, "the availability of the server is set to this reason"))
	default:
		return fmt.Errorf("set availability: a server cannot be %s; use %s, %s, %s or nothing",
			reason, apns.ServiceUnavailable, apns.InternalServerError, apns.Shutdown)
	}
	return nil
}

// checkAvailability rejects what no request could pass now.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
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
