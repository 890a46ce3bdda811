package h2

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"golang.org/x/net/http2"
)

// A recvWindow is what the peer may still send, on a stream or on the connection.
type recvWindow struct {
	left int64 // octets
	size int64 // octets; what left is raised to
}

// take uses n octets of the window and reports whether there were as many.
func (w *recvWindow) take(n uint32) bool {
	w.left -= int64(n)
	return w.left >= 0
}

// receive applies the connection's window to a DATA frame.
func (c *Conn) receive(length uint32) error {
	if !c.recvWindow.take(length) {
		return connError(http2.ErrCodeFlowControl, "DATA beyond the connection's window")
	}
	c.refill(0, &c.recvWindow)
	return nil
}

// refill sends WINDOW_UPDATE when half of the window is used, so that one serves many
// frames. All input is consumed at once.
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

// A sendWindow is what may still be sent on the connection, and the streams that wait
// for it.
type sendWindow struct {
	conn int64 // octets
	// waiting are the streams with pending data that have window of their own, in
	// order. Those that have none wait for theirs, and are not here, so that a
	// frame never looks at streams that cannot go on.
	waiting []*Stream
}

// drop discards the pending data of s.
func (w *sendWindow) drop(s *Stream) {
	s.pending = s.pending[:0]
	w.unlist(s)
}

func (w *sendWindow) unlist(s *Stream) {
	if s.waiting {
		s.waiting = false
		i := slices.Index(w.waiting, s)
		w.waiting = slices.Delete(w.waiting, i, i+1)
	}
}

// dataLocked sends as much of body as the windows allow and keeps the rest.
func (c *Conn) dataLocked(s *Stream, body []byte) {
	rest := c.sendLocked(s, body)
	if len(rest) == 0 {
		c.sentLocked(s)
		return
	}
	s.pending = append(s.pending[:0], rest...)
	c.waitLocked(s)
}

// waitLocked adds s to the streams that wait for the connection's window, unless its
// own window is empty.
func (c *Conn) waitLocked(s *Stream) {
	if s.window > 0 && !s.waiting {
		s.waiting = true
		c.send.waiting = append(c.send.waiting, s)
	}
}

// sendLocked sends DATA frames as far as the windows allow, the last one with
// END_STREAM, and returns the rest.
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

// sendPendingLocked sends pending data of s as far as the windows allow, and reports
// whether that was all. Then s is ended.
func (c *Conn) sendPendingLocked(s *Stream) bool {
	rest := c.sendLocked(s, s.pending)
	s.pending = s.pending[:copy(s.pending, rest)]
	if len(rest) == 0 {
		c.sentLocked(s)
	}
	return len(rest) == 0
}

// resumeLocked continues s after its window has grown.
func (c *Conn) resumeLocked(s *Stream) {
	if len(s.pending) > 0 && !s.waiting && !c.sendPendingLocked(s) {
		c.waitLocked(s)
	}
}

// resumeWaitingLocked continues the streams that wait for the connection's window
// until it is used up.
func (c *Conn) resumeWaitingLocked() {
	for len(c.send.waiting) > 0 && c.send.conn > 0 {
		s := c.send.waiting[0]
		switch {
		case c.sendPendingLocked(s): // which has removed it from the list
		case s.window > 0:
			return // it stays first in the list
		default:
			c.send.unlist(s)
		}
	}
}

// onWindowUpdate enlarges a window of the peer.
// https://www.rfc-editor.org/rfc/rfc9113#section-6.9
func (c *Conn) onWindowUpdate(f *http2.WindowUpdateFrame) error {
	if err := c.countOverhead(); err != nil {
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
		c.resumeWaitingLocked()
	} else if s := c.streams[f.StreamID]; s != nil {
		s.window += int64(f.Increment)
		if s.window > math.MaxInt32 {
			return streamError(s.id, http2.ErrCodeFlowControl, "stream window beyond 2^31-1")
		}
		c.resumeLocked(s)
	}
	return nil
}

// A windowChange is the effect of the INITIAL_WINDOW_SIZE values of one SETTINGS
// frame.
type windowChange struct {
	last, largest int64 // octets; -1 = no value yet
}

func (r *windowChange) add(size int64) { r.last, r.largest = size, max(r.largest, size) }

// changeWindowsLocked applies a new INITIAL_WINDOW_SIZE to the open streams, once for all
// values of a frame. "A change to SETTINGS_INITIAL_WINDOW_SIZE can cause the available
// space in a flow-control window to become negative"; and "an endpoint MUST treat a change
// to SETTINGS_INITIAL_WINDOW_SIZE that causes any flow-control window to exceed the
// maximum size as a connection error", even if another value follows.
// https://www.rfc-editor.org/rfc/rfc9113#section-6.9.2
func (c *Conn) changeWindowsLocked(to windowChange) error {
	if to.last < 0 {
		return nil
	}
	before := c.settings.peerWindow
	c.settings.peerWindow = to.last
	for id, s := range c.streams {
		if s.window+to.largest-before > math.MaxInt32 {
			return connError(http2.ErrCodeFlowControl, fmt.Sprintf("window of stream %d beyond 2^31-1", id))
		}
		s.window += to.last - before
	}
	return c.countResizes(len(c.streams))
}

// resumeAllLocked continues the streams whose window was empty, the oldest first.
func (c *Conn) resumeAllLocked() {
	var ready []*Stream
	for _, s := range c.streams {
		if len(s.pending) > 0 && s.window > 0 && !s.waiting {
			ready = append(ready, s)
		}
	}
	slices.SortFunc(ready, func(a, b *Stream) int { return cmp.Compare(a.id, b.id) })
	for _, s := range ready {
		c.resumeLocked(s)
	}
}
