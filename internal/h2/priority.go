package h2

import "golang.org/x/net/http2"

// onPriority ignores a PRIORITY frame, as APNs does.
func (c *Conn) onPriority(f *http2.PriorityFrame) error {
	if f.StreamDep == f.StreamID {
		// "A stream cannot depend on itself."
		// https://www.rfc-editor.org/rfc/rfc7540#section-5.3.1
		return connError(http2.ErrCodeProtocol, "stream depends on itself")
	}
	return c.countOverhead()
}
