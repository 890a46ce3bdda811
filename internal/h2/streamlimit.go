package h2

import "golang.org/x/net/http2"

// unackedStreams is what a client may open before it can know our limit. "It is
// recommended that this value be no smaller than 100."
// https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2
const unackedStreams = 100

// streamLimit returns how many streams may be open now.
func (s *settings) streamLimit() int {
	switch {
	case s.acked < s.loweredAt:
		return 0
	case s.acked == 0:
		return int(max(s.limit, unackedStreams))
	}
	return int(s.limit)
}

// SetMaxConcurrentStreams announces a new limit and applies it at once: HEADERS
// that exceed it are refused from now on, as APNs does, even if the peer has not seen it
// yet. Open streams are not affected.
// observed: jchambers/pushy#476
func (c *Conn) SetMaxConcurrentStreams(n uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limitLocked(n)
}

// LowerMaxConcurrentStreams is SetMaxConcurrentStreams for a lower limit. In addition,
// all streams that the peer opens before it acknowledges the limit are refused, since it
// has opened them under the old one. It does nothing if n is
// not lower.
// observed: jchambers/pushy#476
func (c *Conn) LowerMaxConcurrentStreams(n uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n < c.settings.limit {
		c.limitLocked(n)
		c.settings.loweredAt = c.settings.sent
	}
}

func (c *Conn) limitLocked(n uint32) {
	if n == c.settings.limit {
		return
	}
	c.settings.limit = n
	c.settings.sent++
	c.checkLocked(c.fr.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: n}))
	c.wakeWriterLocked()
}

// MaxConcurrentStreams returns the current limit.
func (c *Conn) MaxConcurrentStreams() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settings.limit
}

// resetRefused refuses a stream above the limit with REFUSED_STREAM, even if the peer
// has not acknowledged a lower limit yet.
// observed: jchambers/pushy#476
func (c *Conn) resetRefused(id uint32) {
	c.report(Failure{Kind: StreamRefused, Stream: id, Code: http2.ErrCodeRefusedStream, Reason: "more streams than allowed"})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next.clear()
	c.drain.highest = id
	c.closedStreams.remember(id, closedAsRefused)
	c.checkLocked(c.fr.WriteRSTStream(id, http2.ErrCodeRefusedStream))
}
