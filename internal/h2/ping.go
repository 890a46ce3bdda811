package h2

import "golang.org/x/net/http2"

// onPing answers a PING.
func (c *Conn) onPing(f *http2.PingFrame) error {
	if err := c.countOverhead(); err != nil {
		return err
	}
	if f.IsAck() {
		return nil // we send no PING
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ignorePings {
		c.checkLocked(c.fr.WritePing(true, f.Data))
	}
	return nil
}

// IgnorePings turns responses to PING off and on.
func (c *Conn) IgnorePings(ignore bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ignorePings = ignore
}
