package h2

import (
	"testing"

	"golang.org/x/net/http2"
)

// late keeps streams, and answers them before the connection waits for input.
type late struct{ streams []*Stream }

func (l *late) ServeStream(s *Stream) { l.streams = append(l.streams, s) }

func (l *late) respond(*Conn, bool) {
	for _, s := range l.streams {
		s.Respond(200, nil)
	}
	l.streams = nil
}

func TestResponsesGivenBeforeTheConnectionWaitsAreWritten(t *testing.T) {
	l := new(late)
	withPeer(t, &Config{BeforeWait: l.respond}, l, func(p *peer) {
		p.headers(1, true, post())
		p.wantStatus(1, "200", "there is nothing else to read")
	})
}

func TestResponsesGivenBeforeTheEndAreWrittenBeforeTheLastFrames(t *testing.T) {
	l := new(late)
	respond := func(c *Conn, last bool) {
		if last {
			l.respond(c, last)
		}
	}
	withPeer(t, &Config{BeforeWait: respond}, l, func(p *peer) {
		request := p.block(post())
		segment := frameBytes(http2.FrameHeaders, http2.FlagHeadersEndHeaders|http2.FlagHeadersEndStream, 1, request)
		segment += frameBytes(http2.FrameData, 0, 2, nil) // which no client opens
		p.write(segment)
		p.wantStatus(1, "200", "the request was complete")
		p.wantGoAway(http2.ErrCodeProtocol, 1, "DATA on stream 2, which is idle", "the connection error")
	})
}

// frameBytes makes a frame.
func frameBytes(kind http2.FrameType, flags http2.Flags, stream uint32, body []byte) string {
	n := len(body)
	return string([]byte{byte(n >> 16), byte(n >> 8), byte(n), byte(kind), byte(flags), byte(stream >> 24), byte(stream >> 16), byte(stream >> 8), byte(stream)}) + string(body)
}
