package h2

import (
	"testing"
	"time"
)

// observed: sideshow/apns2#20
func TestPingsMayBeIgnored(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.conn.IgnorePings(true)
		p.sent(p.fr.WritePing(false, [8]byte{1}))
		p.wantSilence(time.Minute, "no response to the PING")
		p.headers(1, true, post())
		p.wantStatus(1, "200", "all else is served")
	})
}
