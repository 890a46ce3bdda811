package h2

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

func TestTheStatusOfAConnectionIsThatOfItsStreams(t *testing.T) {
	var held *Stream
	h := HandlerFunc(func(s *Stream) { held = s })
	withPeer(t, nil, h, func(p *peer) {
		assert.Nil(t, p.conn.Status().GoAway)
		p.headers(1, true, post())
		p.wantAlive("it is open")
		s := p.conn.Status()
		assert.Equal(t, 1, s.OpenStreams)
		assert.Equal(t, uint32(1), s.HighestStream)
		assert.Positive(t, s.StreamLimit)
		held.Respond(200, nil)
		p.wantStatus(1, "200", "it is answered")
		assert.Zero(t, p.conn.Status().OpenStreams)
		p.conn.GoAway(http2.ErrCodeNo, LastAccepted, nil)
		if last := p.conn.Status().GoAway; assert.NotNil(t, last) {
			assert.Equal(t, uint32(1), *last)
		}
	})
}
