package h2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/http2"
)

// observed: pushy#476
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
		assert.Equal(t, map[http2.SettingID]uint32{http2.SettingMaxConcurrentStreams: 1}, p.wantSettings("before the answer"))
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

// observed: Apple forum 54407
func TestOverrunMayEndTheConnection(t *testing.T) {
	withPeer(t, &Config{MaxConcurrentStreams: 1, OverrunEnds: true}, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.wantGoAway(http2.ErrCodeRefusedStream, 1, "Maximum active streams violated for this endpoint", "plain text, no JSON")
		var ce *ConnectionError
		assert.ErrorAs(t, p.wantEnd("the whole connection"), &ce)
	})
}

// observed: pushok#169
func TestRetiredConnectionRefusesFurtherStreams(t *testing.T) {
	var held []*Stream
	h := HandlerFunc(func(s *Stream) { held = append(held, s) })
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.wantAlive("one stream is open")
		p.conn.Retire([]byte("why"), time.Minute)
		p.conn.Retire([]byte("again"), time.Hour)
		begun := time.Now()
		p.wantGoAway(http2.ErrCodeNo, 1, "why", "once, with the real last stream")
		p.headers(3, false, post("apns-topic", "in the table"))
		p.data(3, true, "{}")
		p.wantReset(3, http2.ErrCodeRefusedStream, "not processed, it may be sent again")
		p.wantReset(3, http2.ErrCodeStreamClosed, "for the DATA that was on its way")
		held[0].Respond(200, nil)
		p.wantStatus(1, "200", "what was taken is answered")
		p.wantSilence(59*time.Second, "the peer may go when it likes")
		p.headers(5, true, post())
		p.wantReset(5, http2.ErrCodeRefusedStream, "refused to the end")
		assert.NoError(t, p.wantEnd("which comes"))
		assert.Equal(t, time.Minute, time.Since(begun))
		assert.Len(t, held, 1)
	})
}

func TestGoAwayWithTheMaximumStreamIDStillServes(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.conn.GoAway(http2.ErrCodeNo, MaxStreamID, nil)
		p.wantGoAway(http2.ErrCodeNo, MaxStreamID, "", "RFC 9113, 6.8")
		p.headers(1, true, post())
		p.wantStatus(1, "200", "the peer could not know yet")
		p.conn.Shutdown(nil)
		p.wantGoAway(http2.ErrCodeNo, 1, "", "then the real one")
		assert.NoError(t, p.wantEnd("and the end"))
	})
}
