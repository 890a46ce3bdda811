package h2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

// within wants a time of one to two StallTimeouts.
func within(t *testing.T, since time.Time, msg string) {
	t.Helper()
	assert.GreaterOrEqual(t, time.Since(since), 30*time.Second, msg)
	assert.LessOrEqual(t, time.Since(since), 61*time.Second, msg)
}

func TestUnfinishedRequestsAreReset(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		begun := time.Now()
		p.headers(1, false, post())
		for range 35 { // one octet a second keeps nothing alive
			time.Sleep(time.Second)
			p.data(1, false, "x")
		}
		p.headers(3, false, post())
		p.wantReset(1, http2.ErrCodeCancel, "a slow writer")
		within(t, begun, "counted from its beginning")
		p.data(3, true, "{}")
		p.wantStatus(3, "200", "others are left alone")
		p.wantSilence(time.Hour, "nothing is left to look for")
		p.wantAlive("the connection lives")
	})
}

func TestUnfinishedFramesEndTheConnection(t *testing.T) {
	for _, tt := range []struct{ name, octets, more, msg string }{
		{"frame header", "\x00\x00", "", "stops within"},
		{"payload", "\x00\x40\x00\x00\x00\x00\x00\x00\x01", "x", "one octet a second"},
		{"header block", "\x00\x00\x00\x01\x00\x00\x00\x00\x01", "", "stops before END_HEADERS"},
		{"CONTINUATION", "\x00\x00\x00\x01\x00\x00\x00\x00\x01", "\x00\x00\x00\x09\x00\x00\x00\x00\x01", "an empty one a second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				begun := time.Now()
				p.write(tt.octets)
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					p.wantGoAway(http2.ErrCodeEnhanceYourCalm, 0, "a frame was not finished in time", tt.msg)
				}()
				for tt.more != "" && time.Since(begun) < 61*time.Second {
					time.Sleep(time.Second)
					if _, err := p.nc.Write([]byte(tt.more)); err != nil {
						break
					}
				}
				<-ended
				within(t, begun, tt.msg)
			})
		})
	}
}

func TestResponsesWithoutWindowAreReset(t *testing.T) {
	inBubble(t, nil, HandlerFunc(func(s *Stream) { s.Respond(400, []byte("why")) }), func(p *peer) {
		p.exchangePrefaces(setting(http2.SettingInitialWindowSize, 0))
		begun := time.Now()
		for n := range uint32(100) {
			p.headers(2*n+1, true, post())
			p.wantHeaders(2*n+1, false, "the body waits")
		}
		for range 100 {
			assert.Equal(t, http2.ErrCodeCancel, next[*http2.RSTStreamFrame](p, "a window that never opens").ErrCode)
		}
		within(t, begun, "memory is held no longer")
		p.wantAlive("the connection lives")
	})
}

func TestSlowHandlersDoNotResetStreams(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		time.AfterFunc(time.Hour, func() { s.Respond(200, nil) })
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.wantStatus(1, "200", "after an hour")
	})
}
