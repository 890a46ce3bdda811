package h2

import "math"

// A Status is what a connection looks like at one moment.
type Status struct {
	OpenStreams   int
	HighestStream uint32 // that the peer has opened; 0 before the first
	StreamLimit   uint32 // our SETTINGS_MAX_CONCURRENT_STREAMS
	// PeerWindow and PeerMaxFrame are the peer's SETTINGS_INITIAL_WINDOW_SIZE and
	// SETTINGS_MAX_FRAME_SIZE.
	PeerWindow   int64
	PeerMaxFrame uint32
	// GoAway is the last stream of the latest GOAWAY that was sent; nil if none was.
	GoAway *uint32
}

// Status describes the connection. It may be called from any goroutine.
func (c *Conn) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Status{
		OpenStreams: len(c.streams), HighestStream: c.drain.highest, StreamLimit: c.settings.limit,
		PeerWindow: c.settings.peerWindow, PeerMaxFrame: c.settings.peerMaxFrame,
	}
	if last := c.drain.last; last != math.MaxUint32 {
		s.GoAway = &last
	}
	return s
}
