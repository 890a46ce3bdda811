package h2

import (
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A Stream is one request and its answer. It is valid until Respond or Reset;
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
	window      int64  // what the peer allows us to send
	pending     []byte // response body that waits for window
	waiting     bool   // for the connection's window, see sendWindow
	stalled     bool   // was found unfinished once, see stall.go
	remoteEnded bool   // the peer has sent END_STREAM
	served      bool   // the handler was or is being called; written by the reader alone
	serving     bool   // the handler has not returned
	answered    bool   // Respond or Reset was called
	closed      bool   // closed: the peer will not see anything more of it
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
	if !s.answerLocked() {
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
	if !s.answerLocked() {
		return
	}
	c.resetLocked(s, code)
	c.wakeWriterLocked()
}

// answerLocked notes that the handler has answered, and reports whether the peer
// will still see it. If not, that was the end of s.
func (s *Stream) answerLocked() bool {
	if s.answered {
		panic("h2: a stream was answered twice")
	}
	s.answered = true
	if !s.closed {
		return true
	}
	s.conn.recycleLocked(s)
	return false
}
