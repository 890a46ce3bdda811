package provider

import (
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// announceStop announces that the server is about to stop. Until then, requests are
// rejected with Shutdown.
func (c *conn) announceStop(hc *h2.Conn) {
	if c.stopping.CompareAndSwap(false, true) {
		hc.GoAway(http2.ErrCodeNo, h2.MaxStreamID, goAwayDebug(apns.Shutdown))
	}
}

// announceEnd announces with a GOAWAY after a rejection that the server is busy or
// shutting down. Apple gives no more than the reasons for either GOAWAY.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (c *conn) announceEnd(hc *h2.Conn, reason apns.Reason) {
	switch {
	case c.busy:
		hc.Shutdown(goAwayDebug(reason))
	case reason == apns.Shutdown && !c.shutdownAnnounced && !c.stopping.Load():
		c.shutdownAnnounced = true
		hc.GoAway(http2.ErrCodeNo, h2.MaxStreamID, goAwayDebug(reason))
	}
}
