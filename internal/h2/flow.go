package h2

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/net/http2"
)

// A recvWindow is what the peer may still send us, on a stream or in all.
type recvWindow struct {
	left int64 // octets
	size int64 // octets; what left is raised to
}

// take uses n octets and reports whether the peer was allowed to send them.
func (w *recvWindow) take(n uint32) bool {
	w.left -= int64(n)
	return w.left >= 0
}

// receive accounts for a DATA frame of length octets on the connection.
func (c *Conn) receive(length uint32) error {
	if !c.recvWindow.take(length) {
		return connError(http2.ErrCodeFlowControl, "DATA beyond the connection's window")
	}
	c.refill(0, &c.recvWindow)
	return nil
}

// refill opens w again when half of it is used, so that a WINDOW_UPDATE serves
// many frames. All that arrives is consumed at once.
func (c *Conn) refill(id uint32, w *recvWindow) {
	if w.left > w.size/2 {
		return
	}
	increment := uint32(w.size - w.left)
	w.left = w.size
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checkLocked(c.fr.WriteWindowUpdate(id, increment))
}

// A sendWindow is what we may still send on the connection, and who waits.
type sendWindow struct {
	conn    int64     // octets
	blocked []*Stream // with pending data, in order of their answers
}

// forget takes s off the waiting list.
func (w *sendWindow) forget(s *Stream) {
	if len(s.pending) == 0 {
		return
	}
	s.pending = s.pending[:0]
	if i := slices.Index(w.blocked, s); i >= 0 {
		w.blocked = slices.Delete(w.blocked, i, i+1)
	}
}

// dataLocked sends body as far as the windows allow and keeps the rest.
func (c *Conn) dataLocked(s *Stream, body []byte) {
	rest := c.sendLocked(s, body)
	if len(rest) == 0 {
		c.sentLocked(s)
		return
	}
	s.pending = append(s.pending[:0], rest...)
	c.send.blocked = append(c.send.blocked, s)
}

// sendLocked writes DATA frames as far as the windows allow, the last one with
// END_STREAM, and returns what could not go.
func (c *Conn) sendLocked(s *Stream, body []byte) []byte {
	for len(body) > 0 {
		n := min(int64(len(body)), s.window, c.send.conn, int64(c.settings.peerMaxFrame))
		if n <= 0 {
			return body
		}
		c.checkLocked(c.fr.WriteData(s.id, n == int64(len(body)), body[:n]))
		s.window -= n
		c.send.conn -= n
		body = body[n:]
	}
	return nil
}

// unblockLocked sends what waits, as far as the windows allow now.
func (c *Conn) unblockLocked() {
	waiting := c.send.blocked
	c.send.blocked = nil
	for _, s := range waiting {
		rest := c.sendLocked(s, s.pending)
		s.pending = s.pending[:copy(s.pending, rest)]
		if len(rest) == 0 {
			c.sentLocked(s)
		} else {
			c.send.blocked = append(c.send.blocked, s)
		}
	}
}

// onWindowUpdate takes the peer's leave to send more.
func (c *Conn) onWindowUpdate(f *http2.WindowUpdateFrame) error {
	if err := c.countNoise(); err != nil {
		return err
	}
	if f.StreamID != 0 {
		if err := c.checkUsed(f.StreamID, f.Type); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.StreamID == 0 {
		c.send.conn += int64(f.Increment)
		if c.send.conn > math.MaxInt32 {
			return connError(http2.ErrCodeFlowControl, "connection window beyond 2^31-1")
		}
	} else if s := c.streams[f.StreamID]; s != nil {
		s.window += int64(f.Increment)
		if s.window > math.MaxInt32 {
			return streamError(s.id, http2.ErrCodeFlowControl, "stream window beyond 2^31-1")
		}
	}
	c.unblockLocked()
	return nil
}

// resizeLocked applies a new INITIAL_WINDOW_SIZE to the open streams. "A change
// to SETTINGS_INITIAL_WINDOW_SIZE can cause the available space in a
// flow-control window to become negative." RFC 9113, 6.9.2
func (c *Conn) resizeLocked(size int64) error {
	delta := size - c.settings.peerWindow
	c.settings.peerWindow = size
	for id, s := range c.streams {
		s.window += delta
		if s.window > math.MaxInt32 {
			return connError(http2.ErrCodeFlowControl, fmt.Sprintf("window of stream %d beyond 2^31-1", id))
		}
	}
	return nil
}
