package h2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

func TestOtherProtocolsGetSettingsAndTheEnd(t *testing.T) {
	for _, tt := range []struct{ name, octets, msg string }{
		// observed: curl --http1.1 against APNs reports HTTP/0.9, 2026
		{"HTTP/1.1", "POST /3/device/00 HTTP/1.1\r\nHost: localhost\r\n\r\n", "P is a prefix of the preface, O is not"},
		{"short", "GET / HTTP/1.0\r\n\r\n", "shorter than the preface"},
		{"almost", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r", "the last octet differs"},
		{"TLS", "\x16\x03\x01\x02\x00", "TLS within TLS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, nil, ok, func(p *peer) {
				p.write(tt.octets)
				p.wantSettings(tt.msg)
				assert.ErrorIs(t, p.wantEnd(tt.msg), ErrNotHTTP2)
			})
		})
	}
}

func TestSilentClientIsClosed(t *testing.T) {
	for _, tt := range []struct{ name, octets, msg string }{
		{"nothing", "", "never speaks"},
		{"half a preface", http2.ClientPreface[:10], "stops within the preface"},
		{"no SETTINGS", http2.ClientPreface, "stops before SETTINGS"},
		{"half of SETTINGS", http2.ClientPreface + "\x00\x00\x06\x04\x00", "stops within SETTINGS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, &Config{PrefaceTimeout: 3 * time.Second}, ok, func(p *peer) {
				start := time.Now()
				p.write(tt.octets)
				p.wantSettings(tt.msg)
				assert.ErrorIs(t, p.wantEnd(tt.msg), ErrPrefaceTimeout)
				assert.Equal(t, 3*time.Second, time.Since(start))
			})
		})
	}
}

func TestPrefaceTimeoutIsOverOnceSettingsHaveCome(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.wantSilence(24*time.Hour, "no idle rule by default")
		p.wantAlive("a connection may live for days")
	})
}

func TestFirstFrameMustBeSettings(t *testing.T) {
	for _, tt := range []struct{ name, octets string }{
		{"PING", "\x00\x00\x08\x06\x00\x00\x00\x00\x00abcdefgh"},
		{"an acknowledgement", "\x00\x00\x00\x04\x01\x00\x00\x00\x00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, nil, ok, func(p *peer) {
				p.write(http2.ClientPreface + tt.octets)
				p.wantSettings("ours come first")
				p.wantGoAway(http2.ErrCodeProtocol, 0, "the first frame is not SETTINGS", "RFC 9113, 3.4")
				var ce *ConnectionError
				assert.ErrorAs(t, p.wantEnd("a connection error"), &ce)
			})
		})
	}
}
