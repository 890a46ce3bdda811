package h2

import (
	"testing"

	"golang.org/x/net/http2"
)

func TestHeadersOnAClosedStream(t *testing.T) {
	t.Run("that the peer has ended", func(t *testing.T) {
		withPeer(t, nil, ok, func(p *peer) {
			p.headers(1, true, post())
			p.wantStatus(1, "200", "closed")
			p.headers(1, true, post())
			p.wantGoAway(http2.ErrCodeStreamClosed, 1, "HEADERS on stream 1, which is closed", "RFC 9113, 5.1")
		})
	})
	t.Run("that was never used", func(t *testing.T) {
		withPeer(t, nil, ok, func(p *peer) {
			p.headers(5, true, post())
			p.wantStatus(5, "200", "3 is closed by this")
			p.headers(3, true, post())
			p.wantGoAway(http2.ErrCodeProtocol, 5, "HEADERS on stream 3 after stream 5", "RFC 9113, 5.1.1")
		})
	})
	t.Run("that we have reset", func(t *testing.T) {
		withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
			p.headers(1, false, post("upgrade", "h2c"))
			p.wantReset(1, http2.ErrCodeProtocol, "malformed")
			p.data(1, false, "on its way")
			p.headers(1, true, pairs("trailers", "on their way"))
			p.wantAlive("the peer cannot know yet, RFC 9113, 5.1")
		})
	})
}

func TestDataAfterTheEnd(t *testing.T) {
	withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		p.data(1, true, "x")
		p.wantReset(1, http2.ErrCodeStreamClosed, "RFC 9113, 5.1: half-closed (remote)")
		p.wantAlive("only the stream has ended")
	})
	withPeer(t, nil, ok, func(p *peer) {
		p.headers(1, true, post())
		p.wantStatus(1, "200", "now it is closed")
		p.data(1, true, "x")
		p.wantReset(1, http2.ErrCodeStreamClosed, "RFC 9113, 5.1: closed")
		p.wantAlive("only the stream has ended")
	})
}
