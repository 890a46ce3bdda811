package h2

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestGoAwayIsOnlyAFrame(t *testing.T) {
	const debug = `{"reason":"BadCertificateEnvironment"}`
	// observed: sideshow/apns2#93, a GOAWAY of 46 octets for stream 0; jchambers/pushy#312, two of them
	h := HandlerFunc(func(s *Stream) {
		s.Conn().GoAway(http2.ErrCodeNo, 0, []byte(debug))
		s.Conn().GoAway(http2.ErrCodeNo, 0, []byte(debug))
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		f := next[*http2.GoAwayFrame](p, "captured from APNs")
		assert.Equal(t, uint32(46), f.Length)
		assert.Equal(t, uint32(0), f.LastStreamID)
		p.wantGoAway(http2.ErrCodeNo, 0, debug, "twice")
		// observed: clave#14, GOAWAY without the end of the connection
		p.wantAlive("the connection goes on")
		p.headers(3, false, post())
		p.data(3, true, "{}")
		p.wantAlive("but nothing is answered any more")
	})
}

func TestStreamsAboveTheLastAreIgnoredBelowItServed(t *testing.T) {
	// observed: parse-community/node-apn#140
	var held []*Stream
	withPeer(t, nil, HandlerFunc(func(s *Stream) { held = append(held, s) }), func(p *peer) {
		p.headers(1, true, post())
		p.headers(3, true, post())
		p.headers(5, false, post())
		p.wantAlive("three streams are open")
		p.conn.GoAway(http2.ErrCodeEnhanceYourCalm, 1, []byte("some text"))
		p.wantGoAway(http2.ErrCodeEnhanceYourCalm, 1, "some text", "as asked")
		p.data(5, true, "{}")
		p.headers(7, true, post("apns-topic", "in the table"))
		for _, s := range held {
			s.Respond(200, nil, pairs("apns-id", "1")...)
		}
		assert.Equal(t, "1", p.wantHeaders(1, true, "the first is answered")["apns-id"])
		p.wantAlive("the others are not")
		p.conn.GoAway(http2.ErrCodeNo, LastAccepted, nil)
		p.wantGoAway(http2.ErrCodeNo, 1, "", "the last stream is never raised, RFC 9113, 6.8")
		synctest.Wait()
		assert.Len(t, held, 2)
	})
}

func TestShutdownFinishesOpenStreams(t *testing.T) {
	held := make(chan *Stream, 1)
	withPeer(t, nil, HandlerFunc(func(s *Stream) { held <- s }), func(p *peer) {
		p.headers(1, true, post())
		s := <-held
		p.conn.Shutdown([]byte(`{"reason":"Shutdown"}`))
		p.conn.Shutdown([]byte("again"))
		p.wantGoAway(http2.ErrCodeNo, 1, `{"reason":"Shutdown"}`, "once, with the real last stream")
		p.headers(3, true, post())
		p.wantSilence(time.Hour, "a new stream is ignored, the old one may take its time")
		s.Respond(200, []byte("done"))
		p.wantHeaders(1, false, "answered")
		p.wantData(1, true, "done", "to the end")
		assert.NoError(t, p.wantEnd("then it closes"))
	})
}

func TestShutdownOfAnIdleConnectionEndsIt(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.headers(1, true, post())
		p.wantStatus(1, "200", "nothing is open")
		p.conn.Shutdown(nil)
		p.wantGoAway(http2.ErrCodeNo, 1, "", "first the word")
		assert.NoError(t, p.wantEnd("then the end"))
	})
}

func TestEndOfContextIsAShutdownWithGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() {
			served <- Serve(ctx, server, &Config{ShutdownGrace: 5 * time.Second}, HandlerFunc(func(*Stream) {}), nil)
		}()
		p := &peer{t: t, nc: client, fr: http2.NewFramer(client, client)}
		p.exchangePrefaces()
		_, err := client.Write(newBatch(t).next(1))
		require.NoError(t, err)
		synctest.Wait()
		start := time.Now()
		cancel()
		p.wantGoAway(http2.ErrCodeNo, 1, "", "one stream is open")
		require.NoError(t, <-served)
		assert.Equal(t, 5*time.Second, time.Since(start), "it was never answered")
		require.NoError(t, client.Close())
	})
}

func TestContextThatHasEndedEndsAConnectionAtOnce(t *testing.T) {
	client, server := memnet.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, server, nil, ok, nil) }()
	p := &peer{t: t, nc: client, fr: http2.NewFramer(client, client)}
	p.wantSettings("the first frame is SETTINGS in any case")
	p.wantGoAway(http2.ErrCodeNo, 0, "", "then GOAWAY")
	require.NoError(t, client.Close())
	require.NoError(t, <-served)
}

func TestConnectionErrorHasItsReasonAsDebugData(t *testing.T) {
	for _, tt := range []struct {
		name   string
		octets string
		code   http2.ErrCode
		reason string
		msg    string
	}{
		{"even stream", "\x00\x00\x00\x01\x05\x00\x00\x00\x02", http2.ErrCodeProtocol, "HEADERS on stream 2: not an odd number", "RFC 9113, 5.1.1"},
		{"DATA on idle stream", "\x00\x00\x00\x00\x01\x00\x00\x00\x05", http2.ErrCodeProtocol, "DATA on stream 5, which is idle", "RFC 9113, 5.1"},
		{"RST_STREAM on idle stream", "\x00\x00\x04\x03\x00\x00\x00\x00\x05\x00\x00\x00\x00", http2.ErrCodeProtocol, "RST_STREAM on stream 5, which is idle", "RFC 9113, 6.4"},
		{"padded DATA without room", "\x00\x00\x00\x00\x08\x00\x00\x00\x01", http2.ErrCodeFrameSize, "DATA frame of 0 octets", "RFC 9113, 4.2"},
		{"HEADERS with priority without room", "\x00\x00\x04\x01\x24\x00\x00\x00\x01abcd", http2.ErrCodeFrameSize, "HEADERS frame of 4 octets", "RFC 9113, 4.2"},
		{"HEADERS with too much padding", "\x00\x00\x02\x01\x0c\x00\x00\x00\x01\x09a", http2.ErrCodeProtocol, "stream error: stream ID 1; PROTOCOL_ERROR", "RFC 9113, 6.2"},
		{"PUSH_PROMISE", "\x00\x00\x00\x05\x04\x00\x00\x00\x01", http2.ErrCodeProtocol, "PUSH_PROMISE from a client", "RFC 9113, 8.4"},
		{"frame too large", "\x00\x40\x01\x00\x00\x00\x00\x00\x01", http2.ErrCodeFrameSize, "DATA frame of 16385 octets", "RFC 9113, 4.2"},
		{"HPACK index 0", "\x00\x00\x01\x01\x05\x00\x00\x00\x01\x80", http2.ErrCodeCompression, "decoding error: invalid indexed representation index 0", "RFC 7541, 6.1"},
		{"HPACK cut off", "\x00\x00\x02\x01\x05\x00\x00\x00\x01\x40\x05", http2.ErrCodeCompression, "decoding error: truncated headers", "RFC 9113, 4.3"},
		{"self-dependent PRIORITY", "\x00\x00\x05\x02\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00", http2.ErrCodeProtocol, "stream depends on itself", "RFC 7540, 5.3.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withPeer(t, nil, ok, func(p *peer) {
				p.write(tt.octets)
				p.wantGoAway(tt.code, 0, tt.reason, tt.msg)
				var ce *ConnectionError
				require.ErrorAs(t, p.wantEnd(tt.msg), &ce)
				assert.Equal(t, tt.code, ce.Code)
				assert.Equal(t, tt.reason, ce.Reason)
			})
		})
	}
}

// observed: edamov/pushok#169
func TestRetiredConnectionRefusesFurtherStreams(t *testing.T) {
	var held []*Stream
	h := HandlerFunc(func(s *Stream) { held = append(held, s) })
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.wantAlive("one stream is open")
		p.conn.GoAwayRefuse([]byte("why"), time.Minute)
		p.conn.GoAwayRefuse([]byte("again"), time.Hour)
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
