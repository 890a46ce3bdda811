package provider

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

type field struct{ name, value string }

// A call is a request as a test writes it.
type call struct {
	method, path, authority string
	fields                  []field
	body                    []byte
	open                    bool // without END_STREAM
}

// set gives a header a value, or adds it.
func (c *call) set(name, value string) *call {
	for i := range c.fields {
		if c.fields[i].name == name {
			c.fields[i].value = value
			return c
		}
	}
	return c.add(name, value)
}

func (c *call) add(name, value string) *call {
	c.fields = append(c.fields, field{name, value})
	return c
}

// drop leaves a header out.
func (c *call) drop(name string) *call {
	var kept []field
	for _, f := range c.fields {
		if f.name != name {
			kept = append(kept, f)
		}
	}
	c.fields = kept
	return c
}

func (c *call) to(token string) *call {
	c.path = devicePath + token
	return c
}

// A reply is a response to a call.
type reply struct {
	status int
	fields []field // without :status, in order
	body   string
}

func (r *reply) get(name string) string {
	for _, f := range r.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// A client is the raw other end of a connection.
type client struct {
	t      testing.TB
	conn   net.Conn
	framer *http2.Framer
	enc    *hpack.Encoder
	block  bytes.Buffer
	next   uint32 // the next stream

	limits  []uint32 // each MAX_CONCURRENT_STREAMS announced, in order
	goAways []goAway // all that came, in order
}

type goAway struct {
	code  http2.ErrCode
	last  uint32
	debug string
}

// handshake makes the TLS connection of a client; its error is the server's
// rejection.
func (w *fixture) handshake(ln *memnet.Listener, cfg *tls.Config) (*tls.Conn, error) {
	w.t.Helper()
	nc, err := ln.Dial(context.Background())
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = nc.Close() })
	require.NoError(w.t, nc.SetDeadline(time.Now().Add(10*time.Second)), "a test that hangs fails")
	cfg = cfg.Clone()
	cfg.RootCAs = w.pki.RootPool()
	if cfg.ServerName == "" {
		cfg.ServerName = "localhost"
	}
	tc := tls.Client(nc, cfg)
	return tc, tc.Handshake()
}

// dialTLS connects and exchanges SETTINGS.
func (w *fixture) dialTLS(ln *memnet.Listener, cfg *tls.Config) *client {
	w.t.Helper()
	tc, err := w.handshake(ln, cfg)
	require.NoError(w.t, err)
	return w.startHTTP2(tc)
}

// dialTCP connects to a fresh server by TCP.
func (w *fixture) dialTCP() (*client, *net.TCPConn) {
	w.t.Helper()
	ln, err := new(net.ListenConfig).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	w.serveOn(ln)
	raw, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = raw.Close() })
	require.NoError(w.t, raw.SetDeadline(time.Now().Add(20*time.Second)), "a test that hangs fails")
	return w.startHTTP2(tls.Client(raw, &tls.Config{NextProtos: []string{"h2"}, RootCAs: w.pki.RootPool(), ServerName: "localhost"})), raw.(*net.TCPConn)
}

// startHTTP2 exchanges SETTINGS on a connection.
func (w *fixture) startHTTP2(tc *tls.Conn) *client {
	w.t.Helper()
	c := &client{t: w.t, conn: tc, framer: http2.NewFramer(tc, tc), next: 1}
	c.enc = hpack.NewEncoder(&c.block)
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err := tc.Write([]byte(http2.ClientPreface))
	require.NoError(w.t, err)
	require.NoError(w.t, c.framer.WriteSettings())
	require.IsType(w.t, &http2.SettingsFrame{}, c.frame(), "the server begins with SETTINGS")
	return c
}

// frame reads a frame and notes what concerns the connection; nil is its end.
func (c *client) frame() http2.Frame {
	c.t.Helper()
	f, err := c.framer.ReadFrame()
	if err != nil {
		return nil
	}
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if n, ok := f.Value(http2.SettingMaxConcurrentStreams); ok {
			c.limits = append(c.limits, n)
		}
		if !f.IsAck() {
			require.NoError(c.t, c.framer.WriteSettingsAck())
		}
	case *http2.GoAwayFrame:
		c.goAways = append(c.goAways, goAway{f.ErrCode, f.LastStreamID, string(f.DebugData())})
	}
	return f
}

// write sends a call and returns its stream.
func (c *client) write(call *call) uint32 {
	c.t.Helper()
	c.block.Reset()
	fields := []field{{":method", call.method}, {":scheme", "https"}, {":path", call.path}}
	if call.authority != "" {
		fields = append(fields, field{":authority", call.authority})
	}
	for _, f := range append(fields, call.fields...) {
		require.NoError(c.t, c.enc.WriteField(hpack.HeaderField{Name: f.name, Value: f.value}))
	}
	id := c.next
	c.next += 2
	require.NoError(c.t, c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: c.block.Bytes(), EndHeaders: true, EndStream: len(call.body) == 0 && !call.open,
	}))
	if len(call.body) > 0 {
		require.NoError(c.t, c.framer.WriteData(id, !call.open, call.body))
	}
	return id
}

// send makes a call and waits for its reply.
func (c *client) send(call *call) *reply {
	c.t.Helper()
	id := c.write(call)
	var r *reply
	for {
		switch f := c.frame().(type) {
		case nil:
			require.FailNow(c.t, "the connection ended without a response")
		case *http2.MetaHeadersFrame:
			require.Equal(c.t, id, f.StreamID)
			status, err := strconv.Atoi(f.PseudoValue("status"))
			require.NoError(c.t, err)
			r = &reply{status: status}
			for _, h := range f.RegularFields() {
				r.fields = append(r.fields, field{h.Name, h.Value})
			}
			if f.StreamEnded() {
				return r
			}
		case *http2.DataFrame:
			r.body += string(f.Data())
			require.True(c.t, f.StreamEnded(), "an error body is one DATA frame (pushy leaves the push pending otherwise)")
			return r
		case *http2.RSTStreamFrame:
			require.FailNow(c.t, "the stream was reset", "%v", f.ErrCode)
		}
	}
}

// drain reads to the end of the connection.
func (c *client) drain() {
	for c.frame() != nil {
	}
}
