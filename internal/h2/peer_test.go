package h2

import (
	"bytes"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

// A peer is a client that speaks frame by frame. It lives in a bubble, so that
// silence can be told from slowness.
type peer struct {
	t    *testing.T
	nc   net.Conn
	fr   *http2.Framer
	hbuf bytes.Buffer
	hp   *hpack.Encoder
	dec  *hpack.Decoder
	conn *Conn

	requests []request
	ended    chan struct{}
	err      error // what Serve returned; valid after ended
}

// A request is what the handler of a peer's connection has seen.
type request struct {
	method, path, authority, body string
	tooLarge                      bool
}

func newPeer(t *testing.T, nc net.Conn) *peer {
	p := &peer{t: t, nc: nc, fr: http2.NewFramer(nc, nc), ended: make(chan struct{})}
	p.fr.AllowIllegalWrites = true
	p.hp = hpack.NewEncoder(&p.hbuf)
	p.dec = hpack.NewDecoder(4096, nil)
	return p
}

// inBubble runs test with a peer whose connection is served by h with cfg. The
// peer has said nothing yet.
func inBubble(t *testing.T, cfg *Config, h Handler, test func(p *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		p := newPeer(t, client)
		p.conn = NewConn(server, cfg, p.recorder(h), nil)
		go func() {
			defer close(p.ended)
			p.err = p.conn.Serve(t.Context())
		}()
		test(p)
		client.Close()
		<-p.ended
	})
}

// withPeer is inBubble after the exchange of prefaces.
func withPeer(t *testing.T, cfg *Config, h Handler, test func(p *peer)) {
	t.Helper()
	inBubble(t, cfg, h, func(p *peer) {
		p.exchangePrefaces()
		test(p)
	})
}

func (p *peer) recorder(h Handler) Handler {
	return HandlerFunc(func(s *Stream) {
		p.requests = append(p.requests, request{s.Method, s.Path, s.Authority, string(s.Body), s.BodyTooLarge})
		h.ServeStream(s)
	})
}

// ok answers every request with 200 and no body; echo with its body.
var (
	ok   = HandlerFunc(func(s *Stream) { s.Respond(200, nil) })
	echo = HandlerFunc(func(s *Stream) { s.Respond(200, s.Body) })
)

func (p *peer) exchangePrefaces(settings ...http2.Setting) {
	p.t.Helper()
	p.write(http2.ClientPreface)
	p.sent(p.fr.WriteSettings(settings...))
	p.sent(p.fr.WriteSettingsAck())
	p.wantSettings("the server's half of the preface")
	p.wantSettingsAck("the client's SETTINGS are acknowledged")
}

func (p *peer) sent(err error) {
	p.t.Helper()
	require.NoError(p.t, err)
}

func (p *peer) write(octets string) {
	p.t.Helper()
	_, err := io.WriteString(p.nc, octets)
	p.sent(err)
}

// pairs makes fields of names and values in turn.
func pairs(namesAndValues ...string) (fields []hpack.HeaderField) {
	for i := 0; i < len(namesAndValues); i += 2 {
		fields = append(fields, hpack.HeaderField{Name: namesAndValues[i], Value: namesAndValues[i+1]})
	}
	return fields
}

// post returns the fields of a request, and more.
func post(more ...string) []hpack.HeaderField {
	return append(pairs(":method", "POST", ":scheme", "https", ":path", "/3/device/00", ":authority", "localhost"), pairs(more...)...)
}

func (p *peer) block(fields []hpack.HeaderField) []byte {
	p.hbuf.Reset()
	for _, f := range fields {
		p.sent(p.hp.WriteField(f))
	}
	return p.hbuf.Bytes()
}

func (p *peer) headers(id uint32, end bool, fields []hpack.HeaderField) {
	p.t.Helper()
	p.sent(p.fr.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: p.block(fields), EndStream: end, EndHeaders: true,
	}))
}

func (p *peer) data(id uint32, end bool, body string) {
	p.t.Helper()
	p.sent(p.fr.WriteData(id, end, []byte(body)))
}

// next returns the next frame, F, from the server.
func next[F http2.Frame](p *peer, msg string) F {
	p.t.Helper()
	f, err := p.fr.ReadFrame()
	require.NoError(p.t, err, msg)
	got, isF := f.(F)
	require.True(p.t, isF, "got %v, %s", f, msg)
	return got
}

func (p *peer) wantSettings(msg string) map[http2.SettingID]uint32 {
	p.t.Helper()
	f := next[*http2.SettingsFrame](p, msg)
	require.False(p.t, f.IsAck(), msg)
	got := map[http2.SettingID]uint32{}
	require.NoError(p.t, f.ForeachSetting(func(s http2.Setting) error {
		got[s.ID] = s.Val
		return nil
	}))
	return got
}

func (p *peer) wantSettingsAck(msg string) {
	p.t.Helper()
	require.True(p.t, next[*http2.SettingsFrame](p, msg).IsAck(), msg)
}

// wantHeaders returns the fields of the next frame, which must be HEADERS.
func (p *peer) wantHeaders(id uint32, end bool, msg string) map[string]string {
	p.t.Helper()
	f := next[*http2.HeadersFrame](p, msg)
	require.Equal(p.t, id, f.StreamID, msg)
	require.Equal(p.t, end, f.StreamEnded(), msg)
	block := bytes.Clone(f.HeaderBlockFragment())
	for ended := f.HeadersEnded(); !ended; {
		c := next[*http2.ContinuationFrame](p, msg)
		block = append(block, c.HeaderBlockFragment()...)
		ended = c.HeadersEnded()
	}
	fields, err := p.dec.DecodeFull(block)
	require.NoError(p.t, err, msg)
	got := map[string]string{}
	for _, f := range fields {
		got[f.Name] = f.Value
	}
	return got
}

// wantStatus wants a response without a body.
func (p *peer) wantStatus(id uint32, status, msg string) {
	p.t.Helper()
	require.Equal(p.t, status, p.wantHeaders(id, true, msg)[":status"], msg)
}

func (p *peer) wantData(id uint32, end bool, body, msg string) {
	p.t.Helper()
	f := next[*http2.DataFrame](p, msg)
	require.Equal(p.t, id, f.StreamID, msg)
	require.Equal(p.t, body, string(f.Data()), msg)
	require.Equal(p.t, end, f.StreamEnded(), msg)
}

func (p *peer) wantReset(id uint32, code http2.ErrCode, msg string) {
	p.t.Helper()
	f := next[*http2.RSTStreamFrame](p, msg)
	require.Equal(p.t, id, f.StreamID, msg)
	require.Equal(p.t, code, f.ErrCode, msg)
}

func (p *peer) wantGoAway(code http2.ErrCode, last uint32, debug, msg string) {
	p.t.Helper()
	f := next[*http2.GoAwayFrame](p, msg)
	require.Equal(p.t, code, f.ErrCode, msg)
	require.Equal(p.t, last, f.LastStreamID, msg)
	require.Equal(p.t, debug, string(f.DebugData()), msg)
}

func (p *peer) wantWindowUpdate(id, increment uint32, msg string) {
	p.t.Helper()
	f := next[*http2.WindowUpdateFrame](p, msg)
	require.Equal(p.t, id, f.StreamID, msg)
	require.Equal(p.t, increment, f.Increment, msg)
}

// wantAlive wants the response to a PING, and nothing before it.
func (p *peer) wantAlive(msg string) {
	p.t.Helper()
	p.sent(p.fr.WritePing(false, [8]byte{1, 2, 3}))
	f := next[*http2.PingFrame](p, msg)
	require.True(p.t, f.IsAck(), msg)
	require.Equal(p.t, [8]byte{1, 2, 3}, f.Data, msg)
}

// wantSilence wants nothing for a while.
func (p *peer) wantSilence(d time.Duration, msg string) {
	p.t.Helper()
	p.sent(p.nc.SetReadDeadline(time.Now().Add(d)))
	f, err := p.fr.ReadFrame()
	require.ErrorIs(p.t, err, os.ErrDeadlineExceeded, "got %v, %s", f, msg)
	p.sent(p.nc.SetReadDeadline(time.Time{}))
}

// wantEnd wants the end of the connection and returns what Serve returned.
func (p *peer) wantEnd(msg string) error {
	p.t.Helper()
	f, err := p.fr.ReadFrame()
	require.ErrorIs(p.t, err, io.EOF, "got %v, %s", f, msg)
	p.sent(p.nc.Close())
	<-p.ended
	return p.err
}

func (p *peer) wantRequests(want ...request) {
	p.t.Helper()
	synctest.Wait()
	assert.Equal(p.t, want, p.requests)
}
