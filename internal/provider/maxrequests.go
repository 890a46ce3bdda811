package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/h2"
)

// retireTime is how long a connection stays after its last request, to refuse
// further ones.
const retireTime = 30 * time.Second

// countRequest ends a connection that has had its number of requests: what is
// openConns is answered, further streams get REFUSED_STREAM.
// observed: pushok#169
func (c *conn) countRequest(hc *h2.Conn) {
	if c.requests.Add(1) == int64(c.server.cfg.MaxRequests) {
		hc.Retire(nil, retireTime)
	}
}
