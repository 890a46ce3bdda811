package integration_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// A recordedConn is a client connection that keeps the bytes of both directions, so that
// a test can see what the client library hides from its user.
type recordedConn struct {
	*tls.Conn
	keep bool // Close does nothing: the connection stays open
	gate sync.Mutex

	mu       sync.Mutex
	received bytes.Buffer
	sent     bytes.Buffer
	ends     [2]error // of reading and of writing; nil while the connection is there
}

func (w *recordedConn) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	w.received.Write(p[:n])
	w.ends[0] = err
	w.mu.Unlock()
	w.gate.Lock() // while a test holds it, the client receives nothing
	defer w.gate.Unlock()
	return n, err
}

func (w *recordedConn) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.sent.Write(p)
	w.mu.Unlock()
	n, err := w.Conn.Write(p)
	w.mu.Lock()
	w.ends[1] = err
	w.mu.Unlock()
	return n, err
}

func (w *recordedConn) Close() error {
	if w.keep {
		return nil
	}
	return w.Conn.Close()
}

// ping sends a PING of the test's own, as a keepalive does.
func (w *recordedConn) ping(t *testing.T) {
	t.Helper()
	require.NoError(t, http2.NewFramer(w.Conn, nil).WritePing(false, [8]byte{'h', 'e', 'l', 'l', 'o'}))
}

// heard and said are what has come on the wire so far and what has gone.
func (w *recordedConn) receivedFrames() traffic {
	w.mu.Lock()
	defer w.mu.Unlock()
	return trafficOf(w.received.Bytes())
}

func (w *recordedConn) sentFrames() traffic {
	w.mu.Lock()
	defer w.mu.Unlock()
	return trafficOf(bytes.TrimPrefix(w.sent.Bytes(), []byte(http2.ClientPreface)))
}

// ended is why nothing comes or goes any longer; nil if it does. Of a TCP reset the
// operating system tells only once, the reader or the writer.
func (w *recordedConn) ended() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.ends[:]...)
}

// expectRefusedStream wants a stream refused: for its HEADERS, and again for the body that
// was on its way. observed: pushy#476
func (w *recordedConn) expectRefusedStream(t *testing.T, stream uint32) {
	t.Helper()
	want := []http2.ErrCode{http2.ErrCodeRefusedStream, http2.ErrCodeStreamClosed}
	soon(t, "the stream is refused", func() bool { return slices.Equal(want, w.receivedFrames().resets[stream]) })
}

// Traffic is the frames of one direction.
type traffic struct {
	kinds   []http2.FrameType // of all frames, in order
	streams []uint32          // that were ended by their sender, in order
	resets  map[uint32][]http2.ErrCode
	limits  []uint32 // values of MAX_CONCURRENT_STREAMS, in order
	goAways []goAway
	pongs   int
}

func trafficOf(octets []byte) traffic {
	all := traffic{resets: make(map[uint32][]http2.ErrCode)}
	framer := http2.NewFramer(io.Discard, bytes.NewReader(octets))
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return all // the rest is under way
		}
		all.add(frame)
	}
}

func (all *traffic) add(frame http2.Frame) {
	all.kinds = append(all.kinds, frame.Header().Type)
	switch f := frame.(type) {
	case *http2.HeadersFrame:
		if f.StreamEnded() {
			all.streams = append(all.streams, f.StreamID)
		}
	case *http2.DataFrame:
		if f.StreamEnded() {
			all.streams = append(all.streams, f.StreamID)
		}
	case *http2.RSTStreamFrame:
		all.resets[f.StreamID] = append(all.resets[f.StreamID], f.ErrCode)
	case *http2.SettingsFrame:
		if limit, ok := f.Value(http2.SettingMaxConcurrentStreams); ok {
			all.limits = append(all.limits, limit)
		}
	case *http2.GoAwayFrame:
		all.goAways = append(all.goAways, goAway{f.ErrCode, f.LastStreamID, string(f.DebugData())})
	case *http2.PingFrame:
		if f.IsAck() {
			all.pongs++
		}
	}
}

// A provider is sideshow/apns2 whose connections are wires.
type provider struct {
	*apns2.Client

	mu    sync.Mutex
	conns []*recordedConn
}

// A dialer is how sideshow/apns2 connects.
type dialer = func(network, address string, config *tls.Config) (net.Conn, error)

// Habits of a provider that sideshow/apns2 does not have by itself.
type habit int

const (
	ofApns2     habit = iota
	neverTwice        // it does not send a request again that was refused unseen
	neverClosed       // it keeps a connection that it was told to leave
	hasty             // it waits for a connection as briefly as for a response
)

// watched is a fresh sideshow/apns2 for production with wires.
//
//nolint:staticcheck // The deprecated transport is what sideshow/apns2 has.
func (s *simulator) watched(t *testing.T, habits ...habit) *provider {
	t.Helper()
	p := &provider{Client: s.tokenClient(t, production)}
	transport, ok := p.HTTPClient.Transport.(*http2.Transport)
	require.True(t, ok)
	dial := transport.DialTLS
	if slices.Contains(habits, hasty) {
		dial = func(network, address string, config *tls.Config) (net.Conn, error) {
			return tls.DialWithDialer(&net.Dialer{Timeout: brevity}, network, address, config)
		}
	}
	transport.DialTLS = p.record(dial, slices.Contains(habits, neverClosed))
	if slices.Contains(habits, neverTwice) {
		p.HTTPClient.Transport = once{transport}
	}
	t.Cleanup(func() {
		for _, w := range p.all() {
			w.Conn.Close()
		}
	})
	return p
}

// record makes a wire of each connection that is dialed.
func (p *provider) record(dial dialer, keep bool) dialer {
	return func(network, address string, config *tls.Config) (net.Conn, error) {
		conn, err := dial(network, address, config)
		if err != nil {
			return nil, err
		}
		w := &recordedConn{Conn: conn.(*tls.Conn), keep: keep}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.conns = append(p.conns, w)
		return w, nil
	}
}

// once is a transport that cannot repeat a body, as with many a library.
type once struct{ *http2.Transport }

//nolint:staticcheck // as above
func (o once) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.GetBody = nil
	return o.Transport.RoundTrip(r)
}

// all are the connections there have been, in order.
func (p *provider) all() []*recordedConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.conns)
}

// only is the one connection there has been.
func (p *provider) only(t *testing.T) *recordedConn {
	t.Helper()
	all := p.all()
	require.Len(t, all, 1)
	return all[0]
}

// soon waits for something that takes moments.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, waitTimeout, time.Millisecond, what)
}
