package h2

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestRequestReachesTheHandlerAsAWhole(t *testing.T) {
	fields := make(chan []hpack.HeaderField, 1)
	h := HandlerFunc(func(s *Stream) {
		fields <- append([]hpack.HeaderField(nil), s.Fields...)
		s.Respond(400, []byte(`{"reason":"BadTopic"}`), pairs("apns-id", "1")...)
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, false, post("apns-topic", "a", "apns-topic", "b"))
		p.data(1, false, "{")
		p.data(1, true, "}")
		got := p.wantHeaders(1, false, "the response")
		assert.Equal(t, map[string]string{":status": "400", "apns-id": "1"}, got)
		p.wantData(1, true, `{"reason":"BadTopic"}`, "the body of the response")
		p.wantRequests(request{"POST", "/3/device/00", "localhost", "{}", false})
		assert.Equal(t, pairs("apns-topic", "a", "apns-topic", "b"), <-fields, "repeated fields stay apart, in order")
	})
}

func TestManyRequestsInOneSegmentAreAnsweredInOneWrite(t *testing.T) {
	client, server := memnet.Pipe()
	counted := &countingConn{Conn: server}
	served := make(chan error, 1)
	go func() { served <- Serve(t.Context(), counted, nil, echo, nil) }()
	fr := http2.NewFramer(client, client)
	batch := newBatch(t)
	segment := []byte(http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00") // and empty SETTINGS
	segment = append(segment, batch.next(20)...)
	_, err := client.Write(segment)
	require.NoError(t, err)
	for ended := 0; ended < 20; {
		f, err := fr.ReadFrame()
		require.NoError(t, err)
		if d, isData := f.(*http2.DataFrame); isData && d.StreamEnded() {
			ended++
		}
	}
	require.NoError(t, client.Close())
	require.NoError(t, <-served)
	assert.LessOrEqual(t, counted.writes, 3, "SETTINGS, then all the responses")
}

// A countingConn counts writes.
type countingConn struct {
	net.Conn
	writes int
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes++
	return c.Conn.Write(p)
}

func TestResponseMayComeLaterFromAnotherGoroutine(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		time.AfterFunc(time.Minute, func() { s.Respond(200, []byte("late")) })
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.wantSilence(59*time.Second, "the handler takes its time")
		p.wantHeaders(1, false, "the writer is woken")
		p.wantData(1, true, "late", "the body follows")
	})
}

func TestResponsesInAnyOrder(t *testing.T) {
	var held []*Stream
	h := HandlerFunc(func(s *Stream) {
		held = append(held, s)
		if len(held) == 3 {
			held[2].Respond(203, nil)
			held[0].Respond(201, nil)
			held[1].Reset(http2.ErrCodeInternal)
		}
	})
	withPeer(t, nil, h, func(p *peer) {
		for id := uint32(1); id <= 5; id += 2 {
			p.headers(id, true, post())
		}
		p.wantStatus(5, "203", "first answered")
		p.wantStatus(1, "201", "second answered")
		p.wantReset(3, http2.ErrCodeInternal, "reset instead of a response")
	})
}

func TestAnsweringTwiceIsABug(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		s.Respond(200, nil)
		assert.PanicsWithValue(t, "h2: Respond or Reset was called twice on a stream", func() { s.Respond(200, nil) })
		assert.PanicsWithValue(t, "h2: Respond or Reset was called twice on a stream", func() { s.Reset(http2.ErrCodeCancel) })
	})
	withPeer(t, nil, h, func(p *peer) {
		p.headers(1, true, post())
		p.wantStatus(1, "200", "the first response stands")
		p.wantAlive("no second response")
	})
}

func TestUnansweredStreamStaysOpen(t *testing.T) {
	// observed: kylebrowning/APNSwift#93, vapor/apns#23
	withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		p.wantSilence(time.Hour, "a black hole")
		p.wantAlive("and the connection lives")
	})
}

func TestHandlerFindsItsData(t *testing.T) {
	client, server := memnet.Pipe()
	served := make(chan error, 1)
	h := HandlerFunc(func(s *Stream) {
		c := s.Conn()
		assert.Equal(t, "mine", c.Data())
		assert.Equal(t, server.RemoteAddr(), c.RemoteAddr())
		assert.Nil(t, c.TLS(), "no TLS here")
		assert.Equal(t, uint32(1), s.ID())
		s.Respond(200, nil)
	})
	go func() { served <- Serve(t.Context(), server, nil, h, "mine") }()
	fr := http2.NewFramer(client, client)
	_, err := io.WriteString(client, http2.ClientPreface)
	require.NoError(t, err)
	require.NoError(t, fr.WriteSettings())
	_, err = client.Write(newBatch(t).next(1))
	require.NoError(t, err)
	for {
		f, err := fr.ReadFrame()
		require.NoError(t, err)
		if _, isHeaders := f.(*http2.HeadersFrame); isHeaders {
			break
		}
	}
	require.NoError(t, client.Close())
	require.NoError(t, <-served)
}

func TestEndOfInputIsACleanEnd(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.sent(p.nc.Close())
		<-p.ended
		assert.NoError(t, p.err)
	})
}

func TestEndOfInputWithinAFrameIsAnError(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.write("\x00\x00\x08\x06\x00\x00\x00\x00\x00abc") // PING, three octets of eight
		p.sent(p.nc.Close())
		<-p.ended
		assert.ErrorIs(t, p.err, io.ErrUnexpectedEOF)
	})
}

func TestErrorCodeOfThePeersGoAwayIsReturned(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		p.sent(p.fr.WriteGoAway(0, http2.ErrCodeProtocol, []byte("did not like it")))
		p.wantAlive("a GOAWAY from the client ends nothing")
		p.sent(p.nc.Close())
		<-p.ended
		assert.Equal(t, &PeerError{Code: http2.ErrCodeProtocol, Debug: "did not like it"}, p.err)
		assert.EqualError(t, p.err, `peer sent GOAWAY PROTOCOL_ERROR: "did not like it"`)
	})
}

func TestCloseEndsAtOnce(t *testing.T) {
	withPeer(t, nil, HandlerFunc(func(*Stream) {}), func(p *peer) {
		p.headers(1, true, post())
		synctest.Wait()
		require.NoError(t, p.conn.Close())
		assert.NoError(t, p.wantEnd("no GOAWAY"))
	})
}

func TestAbortEndsAtOnce(t *testing.T) {
	withPeer(t, nil, ok, func(p *peer) {
		require.NoError(t, p.conn.Abort())
		assert.NoError(t, p.wantEnd("memory knows no TCP reset"))
	})
}

func TestAbortResetsTCP(t *testing.T) {
	client, server := tcpPair(t)
	defer client.Close()
	c := NewConn(server, nil, ok, nil)
	served := make(chan error, 1)
	go func() { served <- c.Serve(t.Context()) }()
	newPeer(t, client).wantSettings("the server speaks first")
	require.NoError(t, c.Abort())
	require.NoError(t, <-served)
	_, err := client.Read(make([]byte, 1))
	assert.Error(t, err, "a reset, or where the system hides it, the end")
}

func TestMutedConnectionWritesNothing(t *testing.T) {
	// observed: sideshow/apns2#20, ostinelli/apnotic#35
	withPeer(t, nil, ok, func(p *peer) {
		p.conn.Mute()
		p.headers(1, true, post())
		p.sent(p.fr.WritePing(false, [8]byte{}))
		p.wantSilence(15*time.Minute, "neither response nor end")
		p.wantRequests(request{"POST", "/3/device/00", "localhost", "", false})
	})
}
