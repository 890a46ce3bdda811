package h2

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

func setting(id http2.SettingID, v uint32) http2.Setting { return http2.Setting{ID: id, Val: v} }

func TestResponseWaitsForTheStreamsWindow(t *testing.T) {
	h := HandlerFunc(func(s *Stream) { s.Respond(200, []byte("0123456789")) })
	inBubble(t, nil, h, func(p *peer) {
		p.exchangePrefaces(setting(http2.SettingInitialWindowSize, 0))
		p.headers(1, true, post())
		p.wantHeaders(1, false, "fields are not flow-controlled")
		p.wantAlive("no body: the window is 0")
		p.sent(p.fr.WriteWindowUpdate(1, 3))
		p.wantData(1, false, "012", "as much as allowed")
		p.sent(p.fr.WriteSettings(setting(http2.SettingInitialWindowSize, 4)))
		p.wantSettingsAck("first the acknowledgement")
		p.wantData(1, false, "3456", "the change applies to open streams, RFC 9113, 6.9.2")
		p.sent(p.fr.WriteSettings(setting(http2.SettingInitialWindowSize, 1)))
		p.wantSettingsAck("the window is now -3")
		p.sent(p.fr.WriteWindowUpdate(1, 3))
		p.wantAlive("the window is now 0")
		p.sent(p.fr.WriteWindowUpdate(1, 100))
		p.wantData(1, true, "789", "the rest")
	})
}

func TestResponsesWaitForTheConnectionsWindowInOrder(t *testing.T) {
	body := strings.Repeat("x", 40000)
	h := HandlerFunc(func(s *Stream) { s.Respond(200, []byte(body)) })
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.wantHeaders(1, false, "the first")
		p.wantData(1, false, body[:16384], "in frames of the peer's MAX_FRAME_SIZE")
		p.wantData(1, false, body[:16384], "in frames of the peer's MAX_FRAME_SIZE")
		p.wantData(1, true, body[:40000-2*16384], "whole")
		p.wantHeaders(3, false, "the second")
		p.wantData(3, false, body[:16384], "25535 octets are left")
		p.wantData(3, false, body[:65535-40000-16384], "25535 octets are left")
		p.wantAlive("the connection's window is used up")
		p.sent(p.fr.WriteWindowUpdate(0, 1<<20))
		p.wantData(3, true, body[:80000-65535], "the rest")
	})
}

func TestPeersFrameSizeIsKept(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		s.Respond(200, []byte(strings.Repeat("x", 20000)), pairs("big", strings.Repeat("~", 20000))...)
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		got := p.wantHeaders(1, false, "with CONTINUATION")
		assert.Len(t, got["big"], 20000)
		p.wantData(1, false, strings.Repeat("x", 16384), "one frame")
		p.wantData(1, true, strings.Repeat("x", 20000-16384), "another")
		p.sent(p.fr.WriteSettings(setting(http2.SettingMaxFrameSize, 1<<20)))
		p.wantSettingsAck("larger frames are fine")
		p.headers(3, true, post())
		p.wantHeaders(3, false, "without CONTINUATION")
		p.wantData(3, true, strings.Repeat("x", 20000), "one frame")
	})
}

func TestResetWhileWaitingForWindowForgetsTheRest(t *testing.T) {
	h := HandlerFunc(func(s *Stream) { s.Respond(200, []byte("0123456789")) })
	inBubble(t, nil, h, func(p *peer) {
		p.exchangePrefaces(setting(http2.SettingInitialWindowSize, 0))
		p.headers(1, true, post())
		p.wantHeaders(1, false, "the first")
		p.headers(3, true, post())
		p.wantHeaders(3, false, "the second")
		p.sent(p.fr.WriteRSTStream(1, http2.ErrCodeCancel))
		p.sent(p.fr.WriteWindowUpdate(1, 100))
		p.sent(p.fr.WriteWindowUpdate(3, 100))
		p.wantData(3, true, "0123456789", "only the second")
	})
}

func TestWindowViolations(t *testing.T) {
	t.Run("stream window overflows", func(t *testing.T) {
		withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
			p.headers(1, true, post())
			p.sent(p.fr.WriteWindowUpdate(1, math.MaxInt32))
			p.wantReset(1, http2.ErrCodeFlowControl, "RFC 9113, 6.9.1")
			p.wantAlive("only the stream has ended")
		})
	})
	t.Run("stream window by zero", func(t *testing.T) {
		withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
			p.headers(1, true, post())
			p.sent(p.fr.WriteWindowUpdate(1, 0))
			p.wantReset(1, http2.ErrCodeProtocol, "RFC 9113, 6.9")
			p.wantAlive("only the stream has ended")
		})
	})
	t.Run("connection window overflows", func(t *testing.T) {
		withPeer(t, nil, ok, func(p *peer) {
			p.sent(p.fr.WriteWindowUpdate(0, math.MaxInt32))
			p.wantGoAway(http2.ErrCodeFlowControl, 0, "connection window beyond 2^31-1", "RFC 9113, 6.9.1")
		})
	})
	t.Run("changed settings overflow a stream window", func(t *testing.T) {
		withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
			p.headers(1, true, post())
			p.sent(p.fr.WriteWindowUpdate(1, 1<<30))
			p.sent(p.fr.WriteSettings(setting(http2.SettingInitialWindowSize, math.MaxInt32)))
			p.wantGoAway(http2.ErrCodeFlowControl, 1, "window of stream 1 beyond 2^31-1", "RFC 9113, 6.9.2")
		})
	})
}

func TestWindowSizesOfOneFrameAreAppliedOnce(t *testing.T) {
	const streams, entries = 990, settingsPerFrame
	withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
		for i := range uint32(streams) {
			p.headers(2*i+1, true, post())
		}
		var all []http2.Setting
		for i := range uint32(entries) {
			all = append(all, setting(http2.SettingInitialWindowSize, i))
		}
		p.sent(p.fr.WriteSettings(all...))
		p.wantSettingsAck("obeyed")
		synctest.Wait()
		assert.Equal(t, streams, p.conn.resizes.count, "each window is resized once, to the last value")
		for _, s := range p.conn.streams {
			assert.Equal(t, int64(entries-1), s.window)
		}
	})
}

// settingsPerFrame is how many settings fit into a frame of 16 KB.
const settingsPerFrame = 16384 / 6

func TestWindowSizeInAFrameMayNotOverflowEvenIfAnotherFollows(t *testing.T) {
	withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		p.sent(p.fr.WriteWindowUpdate(1, 1))
		p.sent(p.fr.WriteSettings(setting(http2.SettingInitialWindowSize, math.MaxInt32), setting(http2.SettingInitialWindowSize, 5)))
		p.wantGoAway(http2.ErrCodeFlowControl, 1, "window of stream 1 beyond 2^31-1", "RFC 9113, 6.5.3: values are processed in order")
	})
}

func TestTooManyWindowSizeChangesEndTheConnection(t *testing.T) {
	held := HandlerFunc(func(s *Stream) {
		if s.ID() > 2*900 {
			s.Respond(200, nil)
		}
	})
	withPeer(t, nil, held, func(p *peer) {
		for i := range uint32(900) {
			p.headers(2*i+1, true, post())
		}
		p.hp.SetMaxDynamicTableSize(0)
		block := bytes.Clone(p.block(post()))
		var ce *ConnectionError
		require.ErrorAs(t, flood(p, 3*maxResizes/900, func(i int) error {
			id := uint32(2*(i+900) + 1)
			if err := p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndHeaders: true, EndStream: true}); err != nil {
				return err
			}
			return p.fr.WriteSettings(setting(http2.SettingInitialWindowSize, uint32(i)))
		}), &ce, "a request forgives none")
		assert.Equal(t, http2.ErrCodeEnhanceYourCalm, ce.Code)
	})
}

func TestAConnectionWindowUpdateSkipsStreamsWithoutWindow(t *testing.T) {
	body := strings.Repeat("x", 40000)
	h := HandlerFunc(func(s *Stream) { s.Respond(200, []byte(body)) })
	inBubble(t, nil, h, func(p *peer) {
		p.exchangePrefaces(setting(http2.SettingInitialWindowSize, 0))
		for id := uint32(1); id <= 5; id += 2 {
			p.headers(id, true, post())
			p.wantHeaders(id, false, "answered")
		}
		p.sent(p.fr.WriteWindowUpdate(3, 40000))
		p.wantData(3, false, body[:16384], "it has window")
		p.wantData(3, false, body[:16384], "it has window")
		p.wantData(3, true, body[:40000-2*16384], "it has window")
		p.sent(p.fr.WriteWindowUpdate(5, 40000))
		p.wantData(5, false, body[:16384], "25535 octets are left")
		p.wantData(5, false, body[:65535-40000-16384], "25535 octets are left")
		synctest.Wait()
		assert.Len(t, p.conn.send.waiting, 1, "the other one waits for its own window")
		p.sent(p.fr.WriteSettings(setting(http2.SettingInitialWindowSize, 40000)))
		p.wantSettingsAck("the first stream waits for the connection's window, too")
		synctest.Wait()
		assert.Len(t, p.conn.send.waiting, 2)
		p.sent(p.fr.WriteRSTStream(5, http2.ErrCodeCancel))
		p.sent(p.fr.WriteWindowUpdate(0, 1))
		p.wantData(1, false, "x", "as much as the connection allows")
		p.sent(p.fr.WriteWindowUpdate(0, 1<<20))
		p.wantData(1, false, body[:16384], "the rest")
		p.wantData(1, false, body[:16384], "the rest")
		p.wantData(1, true, body[:40000-1-2*16384], "the rest")
		assert.Empty(t, p.conn.send.waiting)
	})
}

func TestStreamMayNotOverrunItsWindow(t *testing.T) {
	withPeer(t, &Config{InitialWindowSize: 100}, ok, func(p *peer) {
		p.headers(1, false, post())
		p.data(1, false, strings.Repeat("x", 101))
		p.wantReset(1, http2.ErrCodeFlowControl, "RFC 9113, 6.9.1")
		p.wantAlive("only the stream has ended")
	})
}
