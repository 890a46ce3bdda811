package h2

import "golang.org/x/net/http2"

// overrun answers a stream above the limit, or ends the connection.
func (c *Conn) overrun(id uint32, ends bool) error {
	if ends {
		// observed: Apple forum 54407
		return connErrorOn(id, http2.ErrCodeRefusedStream, "Maximum active streams violated for this endpoint")
	}
	c.resetRefused(id)
	return c.countOverhead()
}

// EndOverruns says whether [Config.OverrunEnds] is in force from now on although the
// configuration does not say so.
func (c *Conn) EndOverruns(end bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings.overrunEnds = end || c.cfg.OverrunEnds
}
