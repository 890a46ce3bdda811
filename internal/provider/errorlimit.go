package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// An errorRate counts the error answers of one connection.
type errorRate struct {
	since  time.Time
	points int
}

// countError counts a refusal and cuts the connection when there were too many:
// BadDeviceToken counts more heavily, a 410 not at all, "Handling notification
// responses from APNs". How many are too many, and what the GOAWAY says, Apple
// does not tell; here it has the reason that was one too many.
func (c *conn) countError(hc *h2.Conn, reason apns.Reason) {
	cfg := &c.server.cfg
	if cfg.MaxErrors < 0 || reason.Status() == 410 {
		return
	}
	// Errors that are yet to come were earned before the clock was set back.
	now := c.clock().Now()
	if since := now.Sub(c.errors.since); since < 0 || since >= cfg.ErrorWindow {
		c.errors = errorRate{since: now}
	}
	c.errors.points++
	if reason == apns.BadDeviceToken {
		c.errors.points += cfg.BadTokenErrors - 1
	}
	if c.errors.points > cfg.MaxErrors {
		cfg.Log.Info("provider: connection cut, it earned too many errors", "remote", hc.RemoteAddr(), "reason", reason)
		hc.Shutdown(appendReason(nil, reason))
	}
}
