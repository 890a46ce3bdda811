package h2

import (
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

func TestBodyAndContentLengthMustAgree(t *testing.T) {
	for _, tt := range []struct{ name, length, first, last, msg string }{
		{"shorter", "5", "12", "34", "RFC 9113, 8.1.1"},
		{"longer", "3", "12", "34", "RFC 9113, 8.1.1"},
		{"longer at once", "1", "", "34", "RFC 9113, 8.1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, echo, func(p *peer) {
				p.headers(1, false, post("content-length", tt.length))
				p.data(1, false, tt.first)
				p.data(1, true, tt.last)
				p.wantReset(1, http2.ErrCodeProtocol, tt.msg)
				p.wantAlive("only the stream has ended")
				p.wantRequests()
			})
		})
	}
}

func TestPaddingIsNoBody(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.headers(1, false, post("content-length", "2"))
		p.sent(p.fr.WriteDataPadded(1, true, []byte("{}"), make([]byte, 200)))
		p.wantStatus(1, "200", "RFC 9113, 6.1")
		p.wantRequests(request{"POST", "/3/device/00", "localhost", "{}", false})
	})
}

func TestLargeBodyIsCutAndMarked(t *testing.T) {
	exact, over := strings.Repeat("x", 5121), strings.Repeat("x", 5122)
	for _, tt := range []struct {
		name   string
		pieces []string
		want   string
		large  bool
	}{
		{"just fits", []string{exact}, exact, false},
		{"just fits in pieces", []string{exact[:5000], exact[5000:]}, exact, false},
		{"one more", []string{over}, exact, true},
		{"one more in pieces", []string{over[:5000], over[5000:]}, exact, true},
		{"much more in pieces", []string{over, over, over}, exact, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				p.headers(1, false, post())
				for i, piece := range tt.pieces {
					p.data(1, i == len(tt.pieces)-1, piece)
				}
				p.wantStatus(1, "200", "the handler decides")
				p.wantRequests(request{"POST", "/3/device/00", "localhost", tt.want, tt.large})
			})
		})
	}
}

func TestEndlessBodyIsAnsweredEarly(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.headers(1, false, post())
		piece := strings.Repeat("x", 16384)
		p.data(1, false, piece)
		p.data(1, false, piece)
		p.wantWindowUpdate(0, 32768, "the connection's half window is used")
		p.wantWindowUpdate(1, 32768, "the stream's half window is used")
		p.data(1, false, piece)
		p.data(1, false, piece)
		p.wantWindowUpdate(0, 32768, "again")
		p.wantWindowUpdate(1, 32768, "again")
		p.data(1, false, "x")
		p.wantStatus(1, "200", "nobody waits for more than 64 KiB")
		p.wantReset(1, http2.ErrCodeNo, "RFC 9113, 8.1")
		p.data(1, false, piece)
		p.data(1, true, "x")
		p.wantAlive("what was on its way is ignored, without another reset")
		p.wantRequests(request{"POST", "/3/device/00", "localhost", piece[:5121], true})
	})
}

func TestBodyAfterAnEarlyServeIsDropped(t *testing.T) {
	held := make(chan *Stream, 1)
	withPeer(t, nil, HandlerFunc(func(s *Stream) { held <- s }), func(p *peer) {
		p.headers(1, false, post())
		piece := strings.Repeat("x", 16384)
		for range 4 {
			p.data(1, false, piece)
		}
		p.data(1, false, "x")
		for range 4 {
			next[*http2.WindowUpdateFrame](p, "for connection and stream, twice")
		}
		s := <-held
		p.data(1, true, "the rest")
		p.wantAlive("the rest is read")
		s.Respond(413, nil)
		p.wantStatus(1, "413", "no reset: the peer had ended")
		p.wantAlive("nothing more")
	})
}

func TestARecycledStreamHasNothingOfTheLastRequest(t *testing.T) {
	withPeer(t, nil, echo, func(p *peer) {
		for i, body := range []string{"long long body", "short", ""} {
			id := uint32(2*i + 1)
			p.headers(id, false, post())
			p.data(id, false, body)
			p.data(id, true, "")
			p.wantHeaders(id, body == "", "streams are used again")
			if body != "" {
				p.wantData(id, true, body, "but not their bodies")
			}
		}
	})
}
