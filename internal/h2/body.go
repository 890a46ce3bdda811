package h2

import (
	"fmt"

	"golang.org/x/net/http2"
)

// onData takes a piece of a request body.
func (c *Conn) onData(f *http2.DataFrame) error {
	if err := c.checkUsed(f.StreamID, f.Type); err != nil {
		return err
	}
	// "The entire DATA frame payload is included in flow control, including the Pad Length
	// and Padding fields if present." https://www.rfc-editor.org/rfc/rfc9113#section-6.1
	if err := c.receive(f.Length); err != nil {
		return err
	}
	data := f.Data()
	if len(data) == 0 && !f.StreamEnded() {
		if err := c.countOverhead(); err != nil {
			return err
		}
	}
	s, state := c.receiving(f.StreamID, f.StreamEnded())
	switch state {
	case stateClosed:
		return c.onClosedStream(f.StreamID)
	case stateServed:
		return nil
	case stateHalfClosed:
		// "If an endpoint receives additional frames, other than WINDOW_UPDATE, PRIORITY, or
		// RST_STREAM, for a stream that is in this state, it MUST respond with a stream
		// error of type STREAM_CLOSED." https://www.rfc-editor.org/rfc/rfc9113#section-5.1
		return streamError(f.StreamID, http2.ErrCodeStreamClosed, "DATA after END_STREAM")
	}
	if !s.recvWindow.take(f.Length) {
		return streamError(s.id, http2.ErrCodeFlowControl, "DATA beyond the stream's window")
	}
	return c.collect(s, data, f.StreamEnded())
}

// A streamState is the state of a stream when a frame arrives for it.
type streamState uint8

const (
	stateClosed     streamState = iota // the stream is not open
	stateHalfClosed                    // the peer has ended it before
	stateServed                        // the handler was called without waiting for the rest
	stateOpen
)

// receiving returns stream id if it may receive another frame. The frame ends it if
// end is true.
func (c *Conn) receiving(id uint32, end bool) (*Stream, streamState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streams[id]
	if s == nil {
		return nil, stateClosed
	}
	if s.remoteEnded {
		return nil, stateHalfClosed
	}
	s.remoteEnded = end
	if s.served {
		return nil, stateServed
	}
	return s, stateOpen
}

// collect adds data to the body of s.
func (c *Conn) collect(s *Stream, data []byte, end bool) error {
	s.received += int64(len(data))
	if s.contentLength >= 0 && s.received > s.contentLength {
		return c.malformed(s.id, "body longer than content-length")
	}
	keep := data[:min(len(data), c.cfg.MaxBody-len(s.buf))]
	if len(keep) < len(data) {
		s.BodyTooLarge = true
	}
	if end && len(s.buf) == 0 {
		s.Body = keep // valid until the next frame is read, after ServeStream
		return c.complete(s)
	}
	s.buf = append(s.buf, keep...)
	s.Body = s.buf
	switch {
	case end:
		return c.complete(s)
	case s.received > maxDiscard:
		c.serve(s)
		return nil
	}
	c.refill(s.id, &s.recvWindow)
	return nil
}

// complete serves a request that was received completely.
func (c *Conn) complete(s *Stream) error {
	if s.contentLength >= 0 && s.received != s.contentLength {
		// A message is malformed "if the value of the Content-Length header field does not
		// equal the sum of the DATA frame payload lengths that form the content".
		// https://www.rfc-editor.org/rfc/rfc9113#section-8.1.1
		return c.malformed(s.id, fmt.Sprintf("body of %d octets, content-length %d", s.received, s.contentLength))
	}
	c.serve(s)
	return nil
}
