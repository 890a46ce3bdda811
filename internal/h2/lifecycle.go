package h2

import (
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// usualFields is how many regular fields a push has, with some to spare.
const usualFields = 12

func newStream(c *Conn) *Stream {
	return &Stream{conn: c, Fields: make([]hpack.HeaderField, 0, usualFields)}
}

// openLocked makes the blank stream that has received its fields a stream of
// the connection, and provides the next blank one.
func (c *Conn) openLocked(id uint32) *Stream {
	s := c.next
	s.id = id
	s.window = c.settings.peerWindow
	c.streams[id] = s
	c.drain.highest = id
	if n := len(c.free); n > 0 {
		c.next = c.free[n-1]
		c.free = c.free[:n-1]
	} else {
		c.next = newStream(c)
	}
	return s
}

// closeLocked ends s on the wire. The handler may still hold it.
func (c *Conn) closeLocked(s *Stream, how ending) {
	c.dropLocked(s, how)
	c.recycleLocked(s)
}

// dropLocked is closeLocked for goroutines other than the reader, who may be
// collecting the request in s at this moment: s is left to the garbage collector.
func (c *Conn) dropLocked(s *Stream, how ending) {
	delete(c.streams, s.id)
	c.history.remember(s.id, how)
	c.send.drop(s)
	s.closed = true
}

// resetLocked ends s with RST_STREAM.
func (c *Conn) resetLocked(s *Stream, code http2.ErrCode) {
	c.checkLocked(c.fr.WriteRSTStream(s.id, code))
	c.closeLocked(s, endingOurs)
}

// sentLocked ends s after the last frame of its response.
func (c *Conn) sentLocked(s *Stream) {
	if s.remoteEnded {
		c.closeLocked(s, endingPeer)
		return
	}
	// "When this is true, a server MAY request that the client abort
	// transmission of a request without error by sending a RST_STREAM with an
	// error code of NO_ERROR after sending a complete response." RFC 9113, 8.1
	c.resetLocked(s, http2.ErrCodeNo)
}

// recycleLocked keeps s for another request if neither the wire nor the handler
// knows it any more.
func (c *Conn) recycleLocked(s *Stream) {
	if !s.closed || s.serving || s.served && !s.answered {
		return
	}
	if len(c.free) < maxIdleFree {
		s.clear()
		c.free = append(c.free, s)
	}
}

// clear forgets the request but not the memory it was in.
func (s *Stream) clear() {
	fields := s.Fields
	clear(fields)
	*s = Stream{conn: s.conn, Fields: fields[:0], buf: s.buf[:0], pending: s.pending[:0]}
}

// serve calls the handler with a complete request, or with one too long to wait for.
func (c *Conn) serve(s *Stream) {
	c.overhead.count = 0
	c.mu.Lock()
	given := !s.closed // else GoAway has given it up
	s.served, s.serving = given, given
	c.mu.Unlock()
	if !given {
		return
	}
	c.handler.ServeStream(s)

	c.mu.Lock()
	s.serving = false
	c.recycleLocked(s)
	c.mu.Unlock()
}
