package h2

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func TestMalformedRequestIsAStreamError(t *testing.T) {
	without := func(name string) []hpack.HeaderField {
		var kept []hpack.HeaderField
		for _, f := range post() {
			if f.Name != name {
				kept = append(kept, f)
			}
		}
		return kept
	}
	for _, tt := range []struct {
		name   string
		fields []hpack.HeaderField
		msg    string
	}{
		{"upper case name", post("Apns-Topic", "a"), "RFC 9113, 8.2.1"},
		{"space in name", post("apns topic", "a"), "RFC 9113, 8.2.1"},
		{"colon in name", post("apns:topic", "a"), "RFC 9113, 8.2.1"},
		{"beyond ASCII in name", post("apns-töpic", "a"), "RFC 9113, 8.2.1"},
		{"empty name", post("", "a"), "RFC 9110, 5.1"},
		{"NUL in value", post("apns-topic", "a\x00"), "RFC 9113, 8.2.1"},
		{"line feed in value", post("apns-topic", "a\nb"), "RFC 9113, 8.2.1"},
		{"carriage return in value", post("apns-topic", "a\rb"), "RFC 9113, 8.2.1"},
		{"space before value", post("apns-topic", " a"), "RFC 9113, 8.2.1"},
		{"tab after value", post("apns-topic", "a\t"), "RFC 9113, 8.2.1"},
		{"line feed in pseudo value", pairs(":method", "POST", ":scheme", "https", ":path", "/\n"), "RFC 9113, 8.3"},
		{"connection", post("connection", "close"), "RFC 9113, 8.2.2"},
		{"proxy-connection", post("proxy-connection", "close"), "RFC 9113, 8.2.2"},
		{"keep-alive", post("keep-alive", "timeout=5"), "RFC 9113, 8.2.2"},
		{"transfer-encoding", post("transfer-encoding", "chunked"), "RFC 9113, 8.2.2"},
		{"upgrade", post("upgrade", "h2c"), "RFC 9113, 8.2.2"},
		{"te", post("te", "gzip"), "RFC 9113, 8.2.2"},
		{"no method", without(":method"), "RFC 9113, 8.3.1"},
		{"no scheme", without(":scheme"), "RFC 9113, 8.3.1"},
		{"no path", without(":path"), "RFC 9113, 8.3.1"},
		{"empty path", pairs(":method", "POST", ":scheme", "https", ":path", ""), "RFC 9113, 8.3.1"},
		{"two methods", append(pairs(":method", "POST"), post()...), "RFC 9113, 8.3"},
		{"two paths", append(pairs(":path", "/"), post()...), "RFC 9113, 8.3"},
		{"response pseudo-header", append(pairs(":status", "200"), post()...), "RFC 9113, 8.3"},
		{"unknown pseudo-header", append(pairs(":protocol", "websocket"), post()...), "RFC 9113, 8.3"},
		{"pseudo-header after a regular field", append(pairs("apns-topic", "a"), post()...), "RFC 9113, 8.3"},
		{"CONNECT with path", pairs(":method", "CONNECT", ":authority", "a", ":path", "/"), "RFC 9113, 8.5"},
		{"CONNECT without authority", pairs(":method", "CONNECT"), "RFC 9113, 8.5"},
		{"content-length no number", post("content-length", "-1"), "RFC 9110, 8.6"},
		{"two content-lengths", post("content-length", "0", "content-length", "1"), "RFC 9110, 8.6"},
		{"content-length without body", post("content-length", "1"), "RFC 9113, 8.1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				p.headers(1, true, tt.fields)
				p.wantReset(1, http2.ErrCodeProtocol, tt.msg)
				p.headers(3, true, post())
				p.wantStatus(3, "200", "the connection lives, its compression state is right")
				p.wantRequests(request{"POST", "/3/device/00", "localhost", "", false})
			})
		})
	}
}

func TestMalformedRequestMayEndTheConnection(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields []hpack.HeaderField
		want   string
		msg    string
	}{
		{"pseudo-header after a regular field", append(pairs("apns-topic", "a"), post()...), "Pseudo-header field ':method' found after regular header.", "observed: inaka/apns4erl#211, ostinelli/apnotic#68"},
		{"content-length without body", post("content-length", "1"), "body of 0 octets, content-length 1", "RFC 9113, 8.1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, &Config{MalformedEnds: true}, ok, func(p *peer) {
				p.headers(1, true, tt.fields)
				p.wantGoAway(http2.ErrCodeProtocol, 1, tt.want, tt.msg)
				var ce *ConnectionError
				require.ErrorAs(t, p.wantEnd("a connection error"), &ce)
				assert.Equal(t, uint32(1), ce.StreamID)
				p.wantRequests()
			})
		})
	}
}

func TestUnusualRequestsThatAreLegal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields []hpack.HeaderField
		want   request
		msg    string
	}{
		{
			"host instead of authority",
			pairs(":method", "POST", ":scheme", "https", ":path", "/", "host", "api.push.apple.com"),
			request{"POST", "/", "api.push.apple.com", "", false},
			"Apple's samples and aioapns send it",
		},
		{
			"host beside authority",
			post("host", "other"),
			request{"POST", "/3/device/00", "localhost", "", false},
			":authority wins",
		},
		{
			"neither host nor authority",
			pairs(":method", "POST", ":scheme", "https", ":path", "/"),
			request{"POST", "/", "", "", false},
			"RFC 9113, 8.3.1 does not demand one",
		},
		{
			"te trailers", post("te", "trailers"),
			request{"POST", "/3/device/00", "localhost", "", false},
			"RFC 9113, 8.2.2",
		},
		{
			"same content-length twice", post("content-length", "0", "content-length", "0"),
			request{"POST", "/3/device/00", "localhost", "", false},
			"RFC 9110, 8.6",
		},
		{
			"empty value", post("apns-topic", ""),
			request{"POST", "/3/device/00", "localhost", "", false},
			"for the provider API to judge",
		},
		{
			"CONNECT", pairs(":method", "CONNECT", ":authority", "a:443"),
			request{"CONNECT", "", "a:443", "", false},
			"RFC 9113, 8.5",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				p.headers(1, true, tt.fields)
				p.wantStatus(1, "200", tt.msg)
				p.wantRequests(tt.want)
			})
		})
	}
}

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

func TestTrailersEndARequest(t *testing.T) {
	withPeer(t, nil, echo, func(p *peer) {
		p.headers(1, false, post("content-length", "2"))
		p.data(1, false, "{}")
		p.headers(1, true, pairs("checksum", "1"))
		p.wantHeaders(1, false, "trailers are accepted")
		p.wantData(1, true, "{}", "and dropped")
	})
}

func TestBadTrailersAreAStreamError(t *testing.T) {
	for _, tt := range []struct {
		name   string
		end    bool
		fields []hpack.HeaderField
		msg    string
	}{
		{"pseudo-header", true, pairs(":path", "/"), "RFC 9113, 8.1"},
		{"no END_STREAM", false, pairs("checksum", "1"), "RFC 9113, 8.1"},
		{"upper case", true, pairs("Checksum", "1"), "RFC 9113, 8.2.1"},
		{"connection-specific", true, pairs("upgrade", "1"), "RFC 9113, 8.2.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				p.headers(1, false, post())
				p.headers(1, tt.end, tt.fields)
				p.wantReset(1, http2.ErrCodeProtocol, tt.msg)
				p.wantAlive("only the stream has ended")
				assert.Empty(t, p.requests)
			})
		})
	}
}
