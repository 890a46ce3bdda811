package h2

import "time"

// resetIdleLocked notes that the peer is alive.
func (c *Conn) resetIdleLocked() {
	if c.cfg.IdleTimeout > 0 {
		c.deadline.idle = time.Now().Add(c.cfg.IdleTimeout)
	}
}
