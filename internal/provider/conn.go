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
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/timers"
)

// A conn is the state of one connection. After the handshake it belongs to the
// goroutine that reads the connection, except where noted.
type conn struct {
	server *Server

	// From the handshake; read-only after.
	serverName         string
	number             uint64 // unique in the simulator
	since              time.Time
	remote             string // the peer's address
	source             string // the same without its port
	listener           fault.Listener
	busy               bool                  // it was accepted above Config.BusyConnections
	endsAtOnce         bool                  // a fault ends it after its opening GOAWAY
	identity           *pki.ProviderIdentity // of the provider certificate; nil if there is none or it is invalid
	certificateErr     error                 // why the certificate is invalid
	certificateSubject string                // of the certificate, valid or not

	// From the first request on.
	started           bool
	env               apns.Environment
	authority         string // of the last request that was not misdirected
	binding           *providerauth.Binding
	record            *connRecord // for the journal
	streamsRaised     bool        // to Config.Streams
	streamsLowered    bool        // to Config.FirstStreams, after a rejection
	requests          atomic.Int64
	errors            errorRate
	shutdownAnnounced bool // after SetAvailability(Shutdown)

	status   atomic.Pointer[connStatus] // for other goroutines; nil before the first request
	stopping atomic.Bool                // the server is about to stop; set by another goroutine

	memory    fault.Memory              // what fault rules remember of the connection
	applied   []appliedFault            // effects of faults that outlast a request
	muteFault atomic.Pointer[fault.Hit] // the fault that has muted the connection

	override responseOverride // of the current request
	storing  store.Pending    // the records of pushes that are not durable yet
	stored   []storedPush     // accepted pushes whose responses wait for that
	input    *netconn.Input   // what the provider has sent further
	delays   timers.Group

	topic providerauth.Topic // the last topic used with the certificate, so that it is hashed once
	ids   idSource

	// Reused by each request.
	push         pushRequest
	faultContext faultContext // used if a fault may apply
	bodyBuffer   []byte
	fieldBuffer  [3]hpack.HeaderField

	headerCache headerCache
}

// serveConn serves one connection. It announces the end of the server when ctx ends,
// and ends the connection when hard ends.
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
	c.input = netconn.InputOf(nc)
	c.number, c.since = s.cfg.Journal.NextConnection(), time.Now()
	defer c.delays.End()
	c.busy = s.isBusy(openConns)
	cfg := s.http2
	c.setFirstStreamLimit(&cfg)
	s.addOpeningGoAway(&cfg, c)
	hc := h2.NewConn(tc, &cfg, handler, c)
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

// addOpeningGoAway adds the opening GOAWAY to cfg if a fault says so.
func (s *Server) addOpeningGoAway(cfg *h2.Config, c *conn) {
	goAway, end := s.openingGoAway(c.listener, c.source)
	if goAway == nil {
		return
	}
	cfg.OpeningGoAway = goAway
	c.endsAtOnce = end != fault.CloseNever
}

// listenerOf returns the listener whose requests h serves.
func listenerOf(h h2.Handler) fault.Listener {
	if _, ok := h.(channelHandler); ok {
		return fault.ChannelListener
	}
	return fault.ProviderListener
}

// failureLevel returns the log level of a failed handshake; port probes are logged at
// debug level.
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
