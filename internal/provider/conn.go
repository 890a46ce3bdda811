package provider

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/netconn"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/timers"
)

// A conn is what one connection has settled so far. After the handshake it
// belongs to the goroutine that reads the connection.
type conn struct {
	server *Server

	// From the handshake; read-only after.
	serverName         string
	number             uint64 // tells the connections of a simulator apart
	since              time.Time
	remote             string // the peer's address
	source             string // the same without its port
	listener           fault.Listener
	busy               bool                  // there were too many connections when it came
	endsAtOnce         bool                  // a fault ends it before it has begun
	identity           *pki.ProviderIdentity // the provider certificate, if there is a good one
	certificateErr     error                 // why the certificate is not a good one
	certificateSubject string                // of the certificate, if there is one, good or not

	// From the first request on.
	started           bool
	env               apns.Environment
	authority         string // the last one that was not misdirected
	binding           *providerauth.Binding
	record            *connRecord // for the journal
	streamsRaised     bool        // the stream limit was raised,
	streamsLowered    bool        // and lowered again
	requests          atomic.Int64
	errors            errorRate
	shutdownAnnounced bool // of a SetAvailability with Shutdown

	status   atomic.Pointer[connStatus] // what others may see; nil before the first request
	stopping atomic.Bool                // the server is about to stop; set from any goroutine

	memory    fault.Memory              // of the rules of faults
	applied   []appliedFault            // by faults, for more than a request
	muteFault atomic.Pointer[fault.Hit] // by this one

	override responseOverride // of the request at hand
	delays   timers.Group

	topic providerauth.Topic // the last topic of a certificate, to save the hash
	ids   idSource

	// Used again for each request.
	push         pushRequest
	faultContext faultContext // what faults see of it, if there are any
	bodyBuffer   []byte
	fieldBuffer  [3]hpack.HeaderField

	headerCache headerCache // those of the last request
}

// serveConn is the life of a connection whose requests go to listener. It is told of
// the server's end when ctx ends, and ends itself when hard does.
func (s *Server) serveConn(ctx, hard context.Context, nc net.Conn, handler h2.Handler) {
	openConns := s.open.Add(1)
	defer s.open.Add(-1)
	source, listener := fault.SourceOf(nc.RemoteAddr()), listenerOf(handler)
	if !s.admit(ctx, nc, listener, source) {
		return
	}
	tc := tls.Server(nc, s.tlsFor(listener, source))
	if err := s.handshake(ctx, tc); err != nil {
		s.cfg.Log.Log(ctx, failureLevel(tc, err), "provider: TLS handshake failed", "remote", nc.RemoteAddr(), "err", err)
		s.recordHandshake(ctx, nc, tc, err)
		_ = nc.Close() // the handshake's error is the one that matters
		return
	}
	c := s.newConn(tc.ConnectionState())
	c.remote, c.source, c.listener = nc.RemoteAddr().String(), source, listener
	c.number, c.since = s.cfg.Journal.NextConnection(), time.Now()
	defer c.delays.End()
	c.busy = s.cfg.BusyConnections > 0 && openConns > int64(s.cfg.BusyConnections)
	cfg := &s.h2First
	if c.identity != nil {
		// observed: 1000 at once with a certificate (pushy#709).
		cfg, c.streamsRaised = &s.h2Known, true
	}
	hc := h2.NewConn(tc, s.withOpeningGoAway(cfg, c), handler, c)
	s.conns.add(c, hc)
	defer s.conns.remove(c)
	announced := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(announced)
		if s.cfg.DrainTime > 0 {
			c.announceStop(hc)
		}
	})
	if c.endsAtOnce {
		hc.Finish(true)
	}
	if err := hc.Serve(hard); err != nil {
		s.cfg.Log.Info("provider: connection ended", "remote", nc.RemoteAddr(), "err", err)
	}
	if !stop() {
		<-announced
	}
}

// withOpeningGoAway returns cfg, or what faults make of it.
func (s *Server) withOpeningGoAway(cfg *h2.Config, c *conn) *h2.Config {
	dismissal, end := s.openingGoAway(c.listener, c.source)
	if dismissal == nil {
		return cfg
	}
	own := *cfg
	own.OpeningGoAway = dismissal
	c.endsAtOnce = end != fault.CloseNever
	return &own
}

// listenerOf tells which listener a handler of requests is behind.
func listenerOf(h h2.Handler) fault.Listener {
	if _, ok := h.(channelHandler); ok {
		return fault.ChannelListener
	}
	return fault.ProviderListener
}

// failureLevel is that of a handshake that has failed: a probe of the port is no news.
func failureLevel(tc *tls.Conn, err error) slog.Level {
	if netconn.IsPortProbe(tc, err) {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func (s *Server) handshake(ctx context.Context, tc *tls.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HandshakeTimeout)
	defer cancel()
	if err := tc.HandshakeContext(ctx); err != nil {
		return netconn.ExplainHandshakeError(tc, err)
	}
	return nil
}

func (s *Server) newConn(state tls.ConnectionState) *conn {
	c := &conn{server: s, serverName: state.ServerName, ids: newIDSource()}
	if len(state.PeerCertificates) > 0 {
		c.identity, c.certificateErr = s.identify(state.PeerCertificates)
		c.certificateSubject = pki.SubjectText(&state.PeerCertificates[0].Subject)
	}
	c.push.conn = c
	return c
}
