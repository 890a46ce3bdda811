package h2

import "golang.org/x/net/http2"

// overrun refuses a stream above the limit, or ends the connection.
// https://www.rfc-editor.org/rfc/rfc9113#section-5.1.2
func (c *Conn) overrun(id uint32, ends bool) error {
	if ends {
		// observed: Apple forum 54407
		return connErrorOn(id, http2.ErrCodeRefusedStream, "Maximum active streams violated for this endpoint")
	}
	c.resetRefused(id)
	return c.countOverhead()
}

// EndOverruns turns [Config.OverrunEnds] on for this connection, or restores the
// configuration.
func (c *Conn) EndOverruns(end bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings.overrunEnds = end || c.cfg.OverrunEnds
}
