package h2

import (
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

func TestFieldSectionOverTheLimitIs431(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.headers(1, true, post("apns-topic", "in the table", "x", strings.Repeat("y", 8000), "z", "after the limit"))
		p.wantStatus(1, "431", "RFC 9113, 10.5.1")
		p.headers(3, false, post("x", strings.Repeat("y", 8000)))
		p.wantStatus(3, "431", "without waiting for the body")
		p.wantReset(3, http2.ErrCodeNo, "which is not wanted, RFC 9113, 8.1")
		p.headers(5, true, post("apns-topic", "in the table", "z", "after the limit"))
		p.wantStatus(5, "200", "the compression state is right")
		p.wantRequests(request{"POST", "/3/device/00", "localhost", "", false})
	})
}

func TestFieldSectionAtTheLimitIsServed(t *testing.T) {
	size := uint32(32 + len("x"))
	for _, f := range post() {
		size += f.Size()
	}
	withPeer(t, nil, ok, func(p *peer) {
		p.headers(1, true, post("x", strings.Repeat("y", int(8000-size))))
		p.wantStatus(1, "200", "exactly 8000 octets as RFC 9113, 6.5.2 counts")
		p.headers(3, true, post("x", strings.Repeat("y", int(8001-size))))
		p.wantStatus(3, "431", "one more")
	})
}

func TestHeaderBlockMayComeInPieces(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		block := p.block(post("apns-topic", "com.example.demo"))
		p.sent(p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block[:1], EndStream: true}))
		for i := 1; i < len(block); i++ {
			p.sent(p.fr.WriteContinuation(1, i == len(block)-1, block[i:i+1]))
		}
		p.wantStatus(1, "200", "octet by octet")
	})
}
