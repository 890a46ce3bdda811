package integration_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A peer is an HTTP/2 client on x/net's Framer. It shows every frame and can
// violate the protocol.
type peer struct {
	t      testing.TB
	conn   *tls.Conn
	framer *http2.Framer
	enc    *hpack.Encoder
	block  bytes.Buffer
	next   uint32 // the next stream

	// What came so far.
	settings  [][]http2.Setting // each frame but acknowledgements
	goAways   []goAway
	responses map[uint32]*peerResponse
}

type goAway struct {
	code  http2.ErrCode
	last  uint32
	debug string
}

// A peerResponse is what came on a stream.
type peerResponse struct {
	status int
	fields map[string]string
	body   string
	reset  http2.ErrCode // why the stream was reset; NO_ERROR if it was not
	done   bool
}

// A request is one as a test writes it: the fields in order, pseudo-header
// fields too.
type request struct {
	fields []hpack.HeaderField
	body   []byte
}

func field(name, value string) hpack.HeaderField { return hpack.HeaderField{Name: name, Value: value} }

// pushTo is a push of a body, with an authority and whatever else.
func pushTo(token string, body []byte, more ...hpack.HeaderField) request {
	return request{body: body, fields: append([]hpack.HeaderField{
		field(":method", "POST"), field(":scheme", "https"), field(":path", "/3/device/"+token), field(":authority", "localhost"),
	}, more...)}
}

// dialTLS opens a TLS connection to one of the simulator's listeners. It lasts as
// long as waitTimeout.
func dialTLS(t testing.TB, address string, config *tls.Config) *tls.Conn {
	t.Helper()
	dialer := tls.Dialer{Config: config}
	ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
	defer cancel()
	conn, err := dialer.DialContext(ctx, "tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(waitTimeout)))
	secure, ok := conn.(*tls.Conn)
	require.True(t, ok)
	return secure
}

// dial opens an HTTP/2 connection. The preface goes out at once, whatever the
// server may say or have negotiated.
func dial(t testing.TB, address string, config *tls.Config) *peer {
	t.Helper()
	p := &peer{t: t, conn: dialTLS(t, address, config), next: 1, responses: make(map[uint32]*peerResponse)}
	p.framer = http2.NewFramer(p.conn, p.conn)
	p.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	p.enc = hpack.NewEncoder(&p.block)
	_, err := io.WriteString(p.conn, http2.ClientPreface)
	require.NoError(t, err)
	require.NoError(t, p.framer.WriteSettings())
	return p
}

// open sends a request's HEADERS and returns the stream.
func (p *peer) open(r request, end bool) uint32 {
	p.t.Helper()
	p.block.Reset()
	for _, f := range r.fields {
		require.NoError(p.t, p.enc.WriteField(f))
	}
	id := p.next
	p.next += 2
	p.responses[id] = &peerResponse{fields: make(map[string]string)}
	require.NoError(p.t, p.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: p.block.Bytes(), EndHeaders: true, EndStream: end,
	}))
	return id
}

// send sends a request and waits for its response.
func (p *peer) send(r request) *peerResponse {
	p.t.Helper()
	id := p.open(r, false)
	require.NoError(p.t, p.framer.WriteData(id, true, r.body))
	return p.response(id)
}

// answer waits for the end of a stream.
func (p *peer) response(id uint32) *peerResponse {
	p.t.Helper()
	for !p.responses[id].done {
		require.NoError(p.t, p.read(), "before stream %d is answered; GOAWAYs: %v", id, p.goAways)
	}
	return p.responses[id]
}

// read takes in one frame.
func (p *peer) read() error {
	frame, err := p.framer.ReadFrame()
	if err != nil {
		return err
	}
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		if f.IsAck() {
			return nil
		}
		var settings []http2.Setting
		err := f.ForeachSetting(func(s http2.Setting) error {
			settings = append(settings, s)
			return nil
		})
		p.settings = append(p.settings, settings)
		return errors.Join(err, p.framer.WriteSettingsAck())
	case *http2.MetaHeadersFrame:
		return p.onHeaders(f)
	case *http2.DataFrame:
		a := p.responses[f.StreamID]
		a.body += string(f.Data())
		a.done = f.StreamEnded()
	case *http2.RSTStreamFrame:
		a := p.responses[f.StreamID]
		a.reset, a.done = f.ErrCode, true
	case *http2.GoAwayFrame:
		p.goAways = append(p.goAways, goAway{f.ErrCode, f.LastStreamID, string(f.DebugData())})
	}
	return nil
}

func (p *peer) onHeaders(f *http2.MetaHeadersFrame) (err error) {
	a := p.responses[f.StreamID]
	for _, field := range f.RegularFields() {
		a.fields[field.Name] = field.Value
	}
	a.status, err = strconv.Atoi(f.PseudoValue("status"))
	a.done = f.StreamEnded()
	return err
}

// limits are the values of MAX_CONCURRENT_STREAMS, in the order they came.
func (p *peer) limits() (limits []uint32) {
	for _, settings := range p.settings {
		for _, s := range settings {
			if s.ID == http2.SettingMaxConcurrentStreams {
				limits = append(limits, s.Val)
			}
		}
	}
	return limits
}

// end reads until the server has closed the connection, which has to be clean,
// and does the same.
func (p *peer) end() {
	p.t.Helper()
	for {
		if err := p.read(); err != nil {
			require.ErrorIs(p.t, err, io.EOF)
			p.conn.Close()
			return
		}
	}
}
