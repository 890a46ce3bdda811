package h2

import (
	"golang.org/x/net/http2"
)

// onPing answers a PING.
func (c *Conn) onPing(f *http2.PingFrame) error {
	if err := c.countOverhead(); err != nil {
		return err
	}
	if f.IsAck() {
		return nil // we send no PING
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ignorePings {
		c.checkLocked(c.fr.WritePing(true, f.Data))
	}
	return nil
}

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
		c.closeLocked(s, endingPeer)
	}
	c.mu.Unlock()
	return c.countReset()
}

// onPriority ignores a PRIORITY frame, as APNs does.
func (c *Conn) onPriority(f *http2.PriorityFrame) error {
	if f.StreamDep == f.StreamID {
		// "A stream cannot depend on itself."
		// https://www.rfc-editor.org/rfc/rfc7540#section-5.3.1
		return connError(http2.ErrCodeProtocol, "stream depends on itself")
	}
	return c.countOverhead()
}

// maxPeerDebug is how much of the peer's debug data is kept, in octets.
const maxPeerDebug = 1024

// onGoAway keeps the error of the peer's GOAWAY. The peer opens no more streams, and
// closes the connection when it has its responses.
func (c *Conn) onGoAway(f *http2.GoAwayFrame) error {
	if f.ErrCode != http2.ErrCodeNo {
		debug := f.DebugData()
		c.peerError = &PeerError{Code: f.ErrCode, Debug: string(debug[:min(len(debug), maxPeerDebug)])}
	}
	return c.countOverhead()
}
