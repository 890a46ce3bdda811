package h2

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math"
	"net"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/quickack"
)

// A Handler answers requests.
type Handler interface {
	// ServeStream is called on the connection's reader goroutine when the
	// request is complete. It must not block: nothing else of the connection
	// is served meanwhile. The response is s.Respond or s.Reset, now or later.
	ServeStream(s *Stream)
}

// A Conn is one HTTP/2 connection, seen from the server.
type Conn struct {
	// Set before the goroutines start; read-only after.
	cfg     Config
	nc      net.Conn
	handler Handler
	data    any
	tls     *tls.ConnectionState
	wake    chan struct{} // capacity 1: there is output for the writer
	done    chan struct{} // closed when the reader has ended

	// Owned by the reader.
	br           *bufio.Reader
	acker        *quickack.Acker
	ackDue       bool // input was read, and nothing written after it
	dec          *fieldDecoder
	block        block
	next         *Stream // the next stream, while its header block arrives
	highest      uint32  // the highest stream the peer has used
	recvWindow   recvWindow
	peerError    *PeerError
	resets       meter
	overhead     meter
	resizes      meter  // of streams' windows, by SETTINGS
	finished     uint64 // frames and header blocks handled
	incompleteAt uint64 // finished when the reader last found one incomplete

	// Guarded by mu, under which no handler runs and nothing is locked but connections in
	// memory: docs/lock-order.md.
	mu sync.Mutex
	output
	fr            *http2.Framer // its write half, into output; the reader owns the read half
	enc           *fieldEncoder
	streams       map[uint32]*Stream
	free          []*Stream
	closedStreams closedStreams
	settings      settings
	send          sendWindow
	drain         drain
	deadline      deadlines
	ignorePings   bool // see IgnorePings
}

// NewConn returns a connection on nc that Serve will serve. The TLS handshake,
// if there is one, is the caller's and is done. A nil cfg is the zero Config.
// data is for the handler, see Conn.Data.
func NewConn(nc net.Conn, cfg *Config, h Handler, data any) *Conn {
	c := &Conn{
		cfg:     cfg.withDefaults(),
		nc:      nc,
		handler: h,
		data:    data,
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
		streams: make(map[uint32]*Stream),
	}
	if t, ok := nc.(interface{ ConnectionState() tls.ConnectionState }); ok {
		state := t.ConnectionState()
		c.tls = &state
	}
	// A whole frame fits, so that all waiting is done by awaitFrame.
	c.br = bufio.NewReaderSize(nc, int(c.cfg.MaxFrameSize)+frameHeaderLen)
	c.acker = quickack.Of(nc)
	c.output.drained.L = &c.mu
	c.fr = http2.NewFramer(&c.output, c.br)
	c.fr.SetReuseFrames()
	c.fr.SetMaxReadFrameSize(c.cfg.MaxFrameSize)
	c.dec = newFieldDecoder(c.cfg.HeaderTableSize, c.onField)
	c.enc = newFieldEncoder()
	c.settings = newSettings(c.cfg.MaxConcurrentStreams)
	c.settings.overrunEnds = c.cfg.OverrunEnds
	c.send = sendWindow{conn: DefaultWindow}
	c.recvWindow = recvWindow{left: DefaultWindow, size: DefaultWindow}
	c.drain.last = math.MaxUint32
	c.next = newStream(c)
	if c.cfg.OpeningGoAway != nil {
		c.openingGoAwayLocked(c.cfg.OpeningGoAway)
	}
	c.firstSettingsLocked(cfg != nil && cfg.InitialWindowSize > 0)
	return c
}

// Serve serves the connection until it ends, and closes it. When ctx ends, the
// connection is shut down as by Shutdown, in Config.ShutdownGrace at most. All
// goroutines of the connection have returned when Serve returns.
//
// The error is the cause of the end: nil after a clean end of the input, Close or a
// shutdown; else [ErrNotHTTP2], [ErrPrefaceTimeout], [ErrIdle], *[ConnectionError],
// *[PeerError], or a wrapped error of reading or writing.
func (c *Conn) Serve(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(c.writeLoop)

	canceled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(canceled)
		c.shutdown(nil, c.cfg.ShutdownGrace)
	})

	cause := c.end(c.read())
	close(c.done)
	_ = c.nc.Close() // the connection has ended anyway
	wg.Wait()
	if !stop() {
		<-canceled
	}
	return c.serveError(cause)
}

// read runs the reader.
func (c *Conn) read() error {
	now := time.Now()
	c.resets.since, c.overhead.since, c.resizes.since = now, now, now
	if err := c.exchangePrefaces(now); err != nil {
		return err
	}
	return c.readLoop()
}

// serveError returns the error of Serve for the error that ended the reader.
func (c *Conn) serveError(cause error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.drain.closed, errors.Is(cause, errDrained):
		return nil
	case c.output.err != nil:
		return c.output.err
	case !errors.Is(cause, io.EOF):
		return cause
	case c.peerError != nil:
		return c.peerError
	}
	return nil
}

// Data returns what the caller of NewConn gave as data.
func (c *Conn) Data() any { return c.data }

// RemoteAddr returns the address of the peer.
func (c *Conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// TLS returns the state of the TLS connection, nil if there is none.
func (c *Conn) TLS() *tls.ConnectionState { return c.tls }
