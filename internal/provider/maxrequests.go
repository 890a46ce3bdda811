package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/h2"
)

// refusedStreamsTime is how long a connection stays open after its last request, to refuse
// further streams.
const refusedStreamsTime = 30 * time.Second

// countRequest begins the end of a connection after [Config.MaxRequests]: open streams
// are answered, further ones get REFUSED_STREAM.
// observed: edamov/pushok#169
func (c *conn) countRequest(hc *h2.Conn) {
	if c.requests.Add(1) == int64(c.server.cfg.MaxRequests) {
		hc.GoAwayRefuse(nil, refusedStreamsTime)
	}
}
