package h2

import (
	"fmt"
	"net"
)

// Mute makes the connection a black hole: from now on nothing is written, not
// even the answer to a PING, while input is read as before. The peer sees
// neither data nor an end, as when a middlebox has forgotten the connection.
// observed: apns2#20, apnotic#35
func (c *Conn) Mute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.muted = true
}

// Abort ends the connection with a TCP reset, if it is TCP, and at once in any case.
func (c *Conn) Abort() error {
	nc := c.nc
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn() // beneath TLS
	}
	c.mu.Lock()
	c.drain.closed = true
	c.mu.Unlock()
	if t, ok := nc.(interface{ SetLinger(sec int) error }); ok {
		if err := t.SetLinger(0); err != nil {
			return fmt.Errorf("h2: abort: %w", err)
		}
	}
	return nc.Close()
}
