package h2

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

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
