package h2

import (
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
