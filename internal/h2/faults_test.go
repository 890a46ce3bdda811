package h2

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// observed: jchambers/pushy#885, "Cannot create stream 3 greater than Last-Stream-ID 0"
func TestAnOpeningGoAwayComesBeforeTheSettings(t *testing.T) {
	dismissal := &OpeningGoAway{Code: http2.ErrCodeNo, Last: 0, Debug: []byte("not today"), Twice: true}
	inBubble(t, &Config{OpeningGoAway: dismissal}, ok, func(p *peer) {
		p.write(http2.ClientPreface)
		p.sent(p.fr.WriteSettings())
		p.wantGoAway(http2.ErrCodeNo, 0, "not today", "before anything else")
		p.wantGoAway(http2.ErrCodeNo, 0, "not today", "twice")
		p.wantSettings("then the ordinary greeting")
		p.wantSettingsAck("the connection goes on")
		p.headers(1, true, post())
		p.wantAlive("but no stream is answered")
		p.conn.Finish(true)
		assert.NoError(t, p.wantEnd("until somebody ends it"))
	})
}

func TestFinishEndsTheConnectionWithoutAnotherFrame(t *testing.T) {
	for _, wait := range []bool{true, false} {
		var held *Stream
		h := HandlerFunc(func(s *Stream) { held = s })
		withPeer(t, nil, h, func(p *peer) {
			p.headers(1, true, post())
			p.wantAlive("one stream is open")
			p.conn.GoAway(http2.ErrCodeProtocol, LastAccepted, []byte("Stream 5 does not exist"))
			p.conn.Finish(wait)
			p.wantGoAway(http2.ErrCodeProtocol, 1, "Stream 5 does not exist", "the one word")
			if wait {
				p.headers(3, true, post())
				p.wantAlive("what comes later is ignored")
				held.Respond(200, nil)
				p.wantStatus(1, "200", "what is open is waited for")
			}
			assert.NoError(t, p.wantEnd("the end"))
		})
	}
}

func TestRequestsAfterAnAbortAreNotServed(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		assert.NoError(t, s.Conn().Abort())
	})
	withPeer(t, nil, h, func(p *peer) {
		var both bytes.Buffer
		fr := http2.NewFramer(&both, nil)
		for _, id := range []uint32{1, 3} {
			require.NoError(t, fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: p.block(post()), EndStream: true, EndHeaders: true}))
		}
		p.write(both.String())
		assert.NoError(t, p.wantEnd("it is reset"))
		assert.Len(t, p.requests, 1, "the second has come in the same read")
	})
}
