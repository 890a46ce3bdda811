package h2

import (
	"fmt"
	"net"

	"golang.org/x/net/http2"
)

// An OpeningGoAway is a GOAWAY that is sent before SETTINGS.
type OpeningGoAway struct {
	Code  http2.ErrCode
	Last  uint32
	Debug []byte
	Twice bool // it is sent two times
}

// openingGoAwayLocked queues the opening GOAWAY before everything else.
// observed: jchambers/pushy#885
func (c *Conn) openingGoAwayLocked(d *OpeningGoAway) {
	c.goAwayLocked(d.Code, d.Last, d.Debug)
	if d.Twice {
		c.goAwayLocked(d.Code, d.Last, d.Debug)
	}
}

// Mute stops all output, even responses to PING, while input is read as before. The peer
// sees neither data nor an end, as when a middlebox has dropped the state of the
// connection.
// observed: sideshow/apns2#20, ostinelli/apnotic#35
func (c *Conn) Mute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.muted = true
}

// Abort closes the connection at once, with a TCP reset if it is TCP. Requests that
// were read and not yet served are dropped.
func (c *Conn) Abort() error {
	nc := c.nc
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn() // beneath TLS
	}
	c.mu.Lock()
	c.drain.closed = true
	c.drain.last = min(c.drain.last, c.drain.highest) // later requests are dropped
	c.mu.Unlock()
	if t, ok := nc.(interface{ SetLinger(sec int) error }); ok {
		if err := t.SetLinger(0); err != nil {
			return fmt.Errorf("abort: %w", err)
		}
	}
	return nc.Close()
}

// Finish ends the connection without another frame: when the open streams are
// answered, or, if wait is false, as soon as the queued output is written. Further
// streams are not answered.
func (c *Conn) Finish(wait bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain.last = min(c.drain.last, c.drain.highest)
	c.drain.shutdown = true
	if !wait {
		for _, s := range c.streams {
			c.dropLocked(s, closedByUs)
		}
	}
	c.wakeWriterLocked()
	c.wakeReaderLocked()
}
