package h2

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

func TestStreamLimitOfALiveConnection(t *testing.T) {
	// observed: jchambers/pushy#476
	var held []*Stream
	h := HandlerFunc(func(s *Stream) { held = append(held, s) })
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.wantAlive("two streams are open")
		p.conn.SetMaxConcurrentStreams(1)
		got := p.wantSettings("the peer is told")
		assert.Equal(t, map[http2.SettingID]uint32{http2.SettingMaxConcurrentStreams: 1}, got)
		p.headers(5, false, post("apns-topic", "in the table"))
		p.data(5, true, "on its way")
		p.wantReset(5, http2.ErrCodeRefusedStream, "refused, acknowledged or not")
		p.wantReset(5, http2.ErrCodeStreamClosed, "for the DATA that was on its way")
		for _, s := range held {
			s.Respond(200, nil)
		}
		p.wantStatus(1, "200", "open streams were left alone")
		p.wantStatus(3, "200", "open streams were left alone")
		p.headers(7, true, post("apns-topic", "in the table"))
		p.wantAlive("one is allowed")
		held[2].Respond(200, nil)
		p.wantStatus(7, "200", "the compression state is right")
		p.conn.SetMaxConcurrentStreams(1)
		p.wantAlive("no news is not sent")
		p.conn.SetMaxConcurrentStreams(2)
		p.wantSettings("raised again")
		assert.Equal(t, uint32(2), p.conn.MaxConcurrentStreams())
	})
}

func TestFirstLimitHoldsOnceThePeerKnowsIt(t *testing.T) {
	withUnacked := func(acked bool, test func(p *peer)) {
		inBubble(t, &Config{MaxConcurrentStreams: 1}, HandlerFunc(func(*Stream) {}), func(p *peer) {
			p.write(http2.ClientPreface)
			p.sent(p.fr.WriteSettings())
			if acked {
				p.sent(p.fr.WriteSettingsAck())
			}
			p.wantSettings("ours")
			p.wantSettingsAck("theirs")
			test(p)
		})
	}
	withUnacked(true, func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.wantReset(3, http2.ErrCodeRefusedStream, "RFC 9113, 5.1.2")
	})
	withUnacked(false, func(p *peer) {
		id := uint32(1)
		for range unackedStreams {
			p.headers(id, true, post())
			id += 2
		}
		p.wantAlive("a client cannot keep to a limit that it has not read")
		p.headers(id, true, post())
		p.wantReset(id, http2.ErrCodeRefusedStream, "but there is one all the same")
	})
}

// observed: jchambers/pushy#476
func TestLoweredLimitRefusesStreamsInFlight(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		if s.ID() == 1 {
			s.Conn().LowerMaxConcurrentStreams(1)
		}
		s.Respond(200, nil)
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, false, post("apns-topic", "in the table"))
		p.data(3, true, "{}")
		p.headers(5, true, post("apns-topic", "in the table"))
		assert.Equal(t, map[http2.SettingID]uint32{http2.SettingMaxConcurrentStreams: 1}, p.wantSettings("before the response"))
		p.wantStatus(1, "200", "the one that caused it")
		p.wantReset(3, http2.ErrCodeRefusedStream, "opened under the old limit")
		p.wantReset(3, http2.ErrCodeStreamClosed, "for the DATA that was on its way")
		p.wantReset(5, http2.ErrCodeRefusedStream, "opened under the old limit, although nothing is open")
		p.sent(p.fr.WriteSettingsAck())
		p.headers(7, true, post("apns-topic", "in the table"))
		p.wantStatus(7, "200", "opened under the new one")
		p.conn.LowerMaxConcurrentStreams(1)
		p.conn.LowerMaxConcurrentStreams(2)
		p.wantAlive("a limit that is not lower is no news")
		p.conn.SetMaxConcurrentStreams(1000)
		p.wantSettings("raised again")
		p.headers(9, true, post())
		p.wantStatus(9, "200", "that needs no acknowledgement")
	})
}
