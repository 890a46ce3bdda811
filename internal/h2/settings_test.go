package h2

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

func TestBadSettingsEndTheConnection(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    http2.Setting
		code http2.ErrCode
		msg  string
	}{
		{"ENABLE_PUSH", setting(http2.SettingEnablePush, 2), http2.ErrCodeProtocol, "RFC 9113, 6.5.2"},
		{"INITIAL_WINDOW_SIZE", setting(http2.SettingInitialWindowSize, 1<<31), http2.ErrCodeFlowControl, "RFC 9113, 6.5.2"},
		{"MAX_FRAME_SIZE too small", setting(http2.SettingMaxFrameSize, 16383), http2.ErrCodeProtocol, "RFC 9113, 6.5.2"},
		{"MAX_FRAME_SIZE too large", setting(http2.SettingMaxFrameSize, 1<<24), http2.ErrCodeProtocol, "RFC 9113, 6.5.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				p.sent(p.fr.WriteSettings(tt.s))
				assert.Equal(t, tt.code, next[*http2.GoAwayFrame](p, tt.msg).ErrCode)
				var ce *ConnectionError
				assert.ErrorAs(t, p.wantEnd(tt.msg), &ce)
			})
		})
	}
}

func TestUnknownSettingsAreIgnored(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.sent(p.fr.WriteSettings(setting(0xffff, 1), setting(http2.SettingMaxHeaderListSize, 1)))
		p.wantSettingsAck("RFC 9113, 6.5.2")
	})
}

func TestPeersTableSizeIsKept(t *testing.T) {
	h := HandlerFunc(func(s *Stream) { s.Respond(200, nil, pairs("apns-id", "1")...) })
	inBubble(t, nil, h, func(p *peer) {
		p.exchangePrefaces(setting(http2.SettingHeaderTableSize, 0))
		p.dec.SetAllowedMaxDynamicTableSize(0)
		for id := uint32(1); id < 6; id += 2 {
			p.headers(id, true, post())
			got := p.wantHeaders(id, true, "our encoder keeps no table")
			assert.Equal(t, "1", got["apns-id"])
		}
	})
}

func TestSettingsMayChangeWhileStreamsRun(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n := range uint32(50) {
				p.conn.SetMaxConcurrentStreams(10 + n)
			}
		}()
		for id := uint32(1); id < 100; id += 2 {
			p.headers(id, true, post())
		}
		<-done
		synctest.Wait()
		settings, responses := 0, 0
		for settings+responses < 100 {
			switch f, err := p.fr.ReadFrame(); f.(type) {
			case *http2.SettingsFrame:
				settings++
			case *http2.HeadersFrame:
				responses++
			default:
				t.Fatalf("got %v, %v", f, err)
			}
		}
		assert.Equal(t, 50, settings)
		assert.Equal(t, 50, responses)
	})
}

func TestFirstFrameIsTheSettingsOfAPNs(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  *Config
		want string // in hexadecimal
		msg  string
	}{
		{
			"a connection with a provider token", &Config{MaxConcurrentStreams: 1},
			"000018 04 00 00000000  0001 00001000  0003 00000001  0005 00004000  0006 00001f40",
			"observed: nodejs/undici#2043 (production, 2023), oven-sh/bun#17242 (sandbox, 2025)",
		},
		{
			"a connection with a certificate", nil,
			"000018 04 00 00000000  0001 00001000  0003 000003e8  0005 00004000  0006 00001f40",
			"observed: 1000 streams, jchambers/pushy#709",
		},
		{
			"a window that was asked for", &Config{InitialWindowSize: 65535},
			"00001e 04 00 00000000  0001 00001000  0003 000003e8  0004 0000ffff  0005 00004000  0006 00001f40",
			"observed: sideshow/apns2#117, where it was present",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, err := hex.DecodeString(strings.ReplaceAll(tt.want, " ", ""))
			require.NoError(t, err)
			inBubble(t, tt.cfg, ok, func(p *peer) {
				got := make([]byte, len(want))
				_, err := io.ReadFull(p.nc, got)
				p.sent(err)
				assert.Equal(t, want, got, tt.msg)
				p.wantSilence(time.Second, "and nothing more; pushy waits for it before it sends")
			})
		})
	}
}
