package h2

import "time"

// resetIdleLocked restarts the idle timeout after input.
func (c *Conn) resetIdleLocked() {
	if c.cfg.IdleTimeout > 0 {
		c.deadline.idle = time.Now().Add(c.cfg.IdleTimeout)
	}
}

// checkIdleLocked ends a connection that had no input within [Config.IdleTimeout] and
// has no open stream.
func (c *Conn) checkIdleLocked(now time.Time) error {
	d := &c.deadline
	switch {
	case !past(now, d.idle):
		return nil
	case len(c.streams) == 0:
		return ErrIdle
	}
	d.idle = now.Add(c.cfg.IdleTimeout)
	return nil
}
