package h2

import (
	"fmt"
	"net"

	"golang.org/x/net/http2"
)

// A OpeningGoAway is a GOAWAY in place of a greeting.
type OpeningGoAway struct {
	Code  http2.ErrCode
	Last  uint32
	Debug []byte
	Twice bool // it is sent two times
}

// openingGoAwayLocked queues the GOAWAY of a Dismissal, before everything else.
// observed: pushy#885
func (c *Conn) openingGoAwayLocked(d *OpeningGoAway) {
	c.goAwayLocked(d.Code, d.Last, d.Debug)
	if d.Twice {
		c.goAwayLocked(d.Code, d.Last, d.Debug)
	}
}

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
// Requests that have been read and not begun come to nothing.
func (c *Conn) Abort() error {
	nc := c.nc
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn() // beneath TLS
	}
	c.mu.Lock()
	c.drain.closed = true
	c.drain.last = min(c.drain.last, c.drain.highest) // what came after this is of nobody
	c.mu.Unlock()
	if t, ok := nc.(interface{ SetLinger(sec int) error }); ok {
		if err := t.SetLinger(0); err != nil {
			return fmt.Errorf("h2: abort: %w", err)
		}
	}
	return nc.Close()
}

// IgnorePings says whether every PING is left unanswered from now on.
func (c *Conn) IgnorePings(ignore bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ignorePings = ignore
}

// Finish ends the connection without another word: when the open streams are
// answered, or, if they are not waited for, as soon as what is queued is written.
// Further streams are not answered.
func (c *Conn) Finish(wait bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain.last = min(c.drain.last, c.drain.highest)
	c.drain.shutdown = true
	if !wait {
		for _, s := range c.streams {
			c.dropLocked(s, endingOurs)
		}
	}
	c.wakeWriterLocked()
	c.wakeReaderLocked()
}
