package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// An errorRate counts the error responses of one connection.
type errorRate struct {
	since  time.Time
	points int
}

// countError counts an error response and ends the connection after too many.
// BadDeviceToken counts more, 410 not at all. Apple tells neither the limit nor the
// content of the GOAWAY; here it has the last reason.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (c *conn) countError(hc *h2.Conn, reason apns.Reason) {
	cfg := &c.server.cfg
	if cfg.MaxErrors < 0 || reason.Status() == 410 {
		return
	}
	// A time in the future means that the clock was set back.
	now := c.clock().Now()
	if since := now.Sub(c.errors.since); since < 0 || since >= cfg.ErrorWindow {
		c.errors = errorRate{since: now}
	}
	c.errors.points++
	if reason == apns.BadDeviceToken {
		c.errors.points += cfg.BadTokenErrors - 1
	}
	if c.errors.points > cfg.MaxErrors {
		cfg.Log.Info("provider: connection ended after too many errors", "remote", hc.RemoteAddr(), "reason", reason)
		hc.Shutdown(goAwayDebug(reason))
	}
}
