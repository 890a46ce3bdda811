package h2

import (
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A Stream is one request and its response. It is valid until Respond or Reset;
// its Body only until ServeStream returns.
type Stream struct {
	// The request, read-only for the handler. The strings may be kept.
	Method    string
	Path      string // empty for CONNECT only
	Scheme    string
	Authority string              // of :authority, else of the host field, else empty
	Fields    []hpack.HeaderField // regular fields, lower case, in order of arrival; trailers are dropped
	Body      []byte              // at most Config.MaxBody octets
	// BodyTooLarge says that the body was longer than Config.MaxBody.
	BodyTooLarge bool

	// Set before the stream is open; read-only after.
	conn *Conn
	id   uint32

	// Owned by the reader.
	contentLength int64  // content-length; -1 = none
	received      int64  // octets of body so far
	buf           []byte // where Body is collected, if it comes in pieces
	recvWindow    recvWindow

	// Guarded by conn.mu.
	window      int64  // what we may still send
	pending     []byte // response body that waits for window
	waiting     bool   // for the connection's window, see sendWindow
	stalled     bool   // found unfinished once, see stall.go
	remoteEnded bool   // the peer has sent END_STREAM
	served      bool   // the handler was called; written by the reader alone
	serving     bool   // the handler has not returned
	answered    bool   // Respond or Reset was called
	closed      bool   // nothing more is sent on it
}

// ID returns the stream identifier.
func (s *Stream) ID() uint32 { return s.id }

// Conn returns the connection of the stream.
func (s *Stream) Conn() *Conn { return s.conn }

// Respond answers the request with status, body and fields, whose names must be
// in lower case. Body and fields are the caller's again when it returns. A field
// marked Sensitive is kept out of the compression table: right for a value that
// does not repeat, such as an identifier.
//
// Respond may be called from any goroutine, once, and ends the life of s. If
// the stream or the connection has ended meanwhile, nothing is sent.
func (s *Stream) Respond(status int, body []byte, fields ...hpack.HeaderField) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.respondLocked() {
		return
	}
	c.headersLocked(s.id, status, fields, len(body) == 0)
	if len(body) > 0 {
		c.dataLocked(s, body)
	} else {
		c.sentLocked(s)
	}
	c.wakeWriterLocked()
}

// Reset answers the request with RST_STREAM. It may be called instead of
// Respond, on the same terms.
func (s *Stream) Reset(code http2.ErrCode) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.respondLocked() {
		return
	}
	c.resetLocked(s, code)
	c.wakeWriterLocked()
}

// respondLocked marks the request as answered, and reports whether the peer can still
// see the response. If not, s is ended.
func (s *Stream) respondLocked() bool {
	if s.answered {
		panic("h2: Respond or Reset was called twice on a stream")
	}
	s.answered = true
	if !s.closed {
		return true
	}
	s.conn.recycleLocked(s)
	return false
}

// usualFields is the capacity for the fields of a request; a push has fewer.
const usualFields = 12

func newStream(c *Conn) *Stream {
	return &Stream{conn: c, Fields: make([]hpack.HeaderField, 0, usualFields)}
}

// openLocked opens the stream that has received its fields, and provides the next one.
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

// closeLocked ends s on the wire. The handler may still use it.
func (c *Conn) closeLocked(s *Stream, how closeCause) {
	c.dropLocked(s, how)
	c.recycleLocked(s)
}

// dropLocked is closeLocked for goroutines other than the reader, which may be
// collecting the request in s: s is left to the garbage collector.
func (c *Conn) dropLocked(s *Stream, how closeCause) {
	delete(c.streams, s.id)
	c.closedStreams.remember(s.id, how)
	c.send.drop(s)
	s.closed = true
}

// resetLocked ends s with RST_STREAM.
func (c *Conn) resetLocked(s *Stream, code http2.ErrCode) {
	c.checkLocked(c.fr.WriteRSTStream(s.id, code))
	c.closeLocked(s, closedByUs)
}

// sentLocked ends s after the last frame of its response.
func (c *Conn) sentLocked(s *Stream) {
	if s.remoteEnded {
		c.closeLocked(s, closedByPeer)
		return
	}
	// "When this is true, a server MAY request that the client abort transmission of a
	// request without error by sending a RST_STREAM with an error code of NO_ERROR after
	// sending a complete response." https://www.rfc-editor.org/rfc/rfc9113#section-8.1
	c.resetLocked(s, http2.ErrCodeNo)
}

// recycleLocked keeps s for another request once neither the wire nor the handler uses
// it.
func (c *Conn) recycleLocked(s *Stream) {
	if !s.closed || s.serving || s.served && !s.answered {
		return
	}
	if len(c.free) < maxIdleFree {
		s.clear()
		c.free = append(c.free, s)
	}
}

// clear removes the request and keeps its memory.
func (s *Stream) clear() {
	fields := s.Fields
	clear(fields)
	*s = Stream{conn: s.conn, Fields: fields[:0], buf: s.buf[:0], pending: s.pending[:0]}
}

// serve calls the handler with a complete request, or with one that is too long to
// read completely.
func (c *Conn) serve(s *Stream) {
	c.overhead.count = 0
	c.mu.Lock()
	given := !s.closed // else GoAway has dropped it
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
