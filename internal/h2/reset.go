package h2

import "golang.org/x/net/http2"

// onRSTStream ends a stream that the peer has reset.
func (c *Conn) onRSTStream(f *http2.RSTStreamFrame) error {
	if err := c.checkUsed(f.StreamID, f.Type); err != nil {
		return err
	}
	c.mu.Lock()
	s := c.streams[f.StreamID]
	incomplete := s != nil && !s.served
	c.mu.Unlock()
	if s == nil {
		return c.countOverhead()
	}
	if incomplete {
		c.report(Failure{
			Kind: RequestIncomplete, Stream: f.StreamID, Code: f.ErrCode,
			Reason: "the client sent RST_STREAM " + f.ErrCode.String() + " before the request was complete",
		})
	}
	c.mu.Lock()
	if c.streams[f.StreamID] == s { // else it was answered meanwhile
		c.closeLocked(s, closedByPeer)
	}
	c.mu.Unlock()
	return c.countReset()
}

// countReset counts a stream that was reset because of the peer. "An endpoint MAY
// treat activity that is suspicious as a connection error of type ENHANCE_YOUR_CALM."
// https://www.rfc-editor.org/rfc/rfc9113#section-10.5
func (c *Conn) countReset() error {
	if c.resets.exceeded(1, maxResets) {
		return connError(http2.ErrCodeEnhanceYourCalm, "too many streams were reset")
	}
	return nil
}
