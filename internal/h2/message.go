package h2

import (
	"fmt"

	"golang.org/x/net/http2"
)

// endRequest opens the stream of a complete header block.
func (c *Conn) endRequest() error {
	b := &c.block
	c.checkRequest(c.next)
	c.mu.Lock()
	if len(c.streams) >= c.settings.streamLimit() {
		ends := c.settings.overrunEnds
		c.mu.Unlock()
		return c.overrun(b.id, ends)
	}
	s := c.openLocked(b.id)
	s.remoteEnded = b.endStream
	s.recvWindow = recvWindow{left: c.settings.streamRecvWindow(c.cfg.InitialWindowSize), size: int64(c.cfg.InitialWindowSize)}
	c.mu.Unlock()

	switch {
	case b.malformed != "":
		return c.malformed(b.id, b.malformed)
	case b.tooLarge:
		return c.respondLargeFields(s)
	case b.endStream:
		return c.complete(s)
	}
	return nil
}

// malformed returns the error of a malformed request. "Malformed requests or responses
// that are detected MUST be treated as a stream error of type PROTOCOL_ERROR."
// https://www.rfc-editor.org/rfc/rfc9113#section-8.1.1
// "An endpoint MAY choose to treat a stream error as a connection error."
// https://www.rfc-editor.org/rfc/rfc9113#section-5.4.2
func (c *Conn) malformed(id uint32, reason string) error {
	if c.cfg.MalformedEnds {
		return connErrorOn(id, http2.ErrCodeProtocol, reason)
	}
	return streamError(id, http2.ErrCodeProtocol, reason)
}

// respondLargeFields answers a field section over MAX_HEADER_LIST_SIZE with 431. "A
// server that receives a larger field block than it is willing to handle can send an
// HTTP 431 (Request Header Fields Too Large) status code."
// https://www.rfc-editor.org/rfc/rfc9113#section-10.5.1
// A stream error would not tell the client what to change.
func (c *Conn) respondLargeFields(s *Stream) error {
	c.report(Failure{
		Kind: HeadersTooLarge, Stream: s.id,
		Reason: fmt.Sprintf("headers of more than %d octets, as RFC 9113, 6.5.2 counts them", c.cfg.MaxHeaderListSize),
	})
	s.Respond(431, nil)
	return c.countReset()
}

// endTrailers completes a request that ends with trailers.
func (c *Conn) endTrailers() error {
	b := &c.block
	s, state := c.receiving(b.id, b.endStream)
	switch {
	case state == stateHalfClosed:
		return streamError(b.id, http2.ErrCodeStreamClosed, "HEADERS after END_STREAM")
	case !b.endStream:
		// "An endpoint that receives a HEADERS frame without the END_STREAM flag set after
		// receiving the HEADERS frame that opens a request ... MUST treat the corresponding
		// request or response as malformed."
		// https://www.rfc-editor.org/rfc/rfc9113#section-8.1
		return c.malformed(b.id, "HEADERS within the body")
	case b.malformed != "":
		return c.malformed(b.id, b.malformed)
	case state == stateOpen:
		return c.complete(s)
	}
	return nil // answered or dropped meanwhile
}
