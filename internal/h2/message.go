package h2

import "golang.org/x/net/http2"

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
