package h2

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

// observed: Apple forum 54407
func TestOverrunMayEndTheConnection(t *testing.T) {
	withPeer(t, &Config{MaxConcurrentStreams: 1, OverrunEnds: true}, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.wantGoAway(http2.ErrCodeRefusedStream, 1, "Maximum active streams violated for this endpoint", "plain text, no JSON")
		var ce *ConnectionError
		assert.ErrorAs(t, p.wantEnd("the whole connection"), &ce)
	})
}

func TestOverrunsMayEndTheConnectionFromNowOn(t *testing.T) {
	withPeer(t, &Config{MaxConcurrentStreams: 1}, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.wantReset(3, http2.ErrCodeRefusedStream, "until then the stream alone is refused")
		p.conn.EndOverruns(true)
		p.headers(5, true, post())
		p.wantGoAway(http2.ErrCodeRefusedStream, 3, "Maximum active streams violated for this endpoint", "now the connection ends")
		assert.Error(t, p.wantEnd("it does"))
	})
}
