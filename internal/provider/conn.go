package provider

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strings"
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
	serverName string
	number     uint64 // tells the connections of a simulator apart
	since      time.Time
	remote     string // the peer's address
	source     string // the same without its port
	listener   fault.Listener
	busy       bool                  // there were too many connections when it came
	dismissed  bool                  // a fault ends it before it has begun
	identity   *pki.ProviderIdentity // the provider certificate, if there is a good one
	refused    error                 // why the certificate is not a good one
	subject    string                // of the certificate, if there is one, good or not

	// From the first request on.
	begun     bool
	env       apns.Environment
	authority string // the last one that was not misdirected
	binding   *providerauth.Binding
	peer      *peer // for the journal
	known     bool  // the stream limit was raised,
	lowered   bool  // and lowered again
	requests  atomic.Int64
	errors    errorRate
	told      bool // of a SetAvailability with Shutdown

	seen     atomic.Pointer[visible] // what others may see; nil before the first request
	stopping atomic.Bool             // the server is about to stop; set from any goroutine

	memory  fault.Memory              // of the rules of faults
	changed []change                  // by faults, for more than a request
	muted   atomic.Pointer[fault.Hit] // by this one

	twist  twist // of the request at hand
	delays timers.Group

	topic providerauth.Topic // the last topic of a certificate, to save the hash
	ids   idSource

	// Used again for each request.
	request request
	dealing dealing // what faults see of it, if there are any
	body    []byte
	fields  [3]hpack.HeaderField

	headers headerMemo // those of the last request
}

// serveConn is the life of a connection whose requests go to listener. It is told of
// the server's end when ctx ends, and ends itself when hard does.
func (s *Server) serveConn(ctx, hard context.Context, nc net.Conn, listener h2.Handler) {
	open := s.open.Add(1)
	defer s.open.Add(-1)
	source, behind := fault.SourceOf(nc.RemoteAddr()), listenerOf(listener)
	if !s.admit(ctx, nc, behind, source) {
		return
	}
	tc := tls.Server(nc, s.tlsFor(behind, source))
	if err := s.handshake(ctx, tc); err != nil {
		s.cfg.Log.Log(ctx, failureLevel(tc, err), "provider: TLS handshake failed", "remote", nc.RemoteAddr(), "err", err)
		s.recordHandshake(ctx, nc, tc, err)
		_ = nc.Close() // the handshake's error is the one that matters
		return
	}
	c := s.newConn(tc.ConnectionState())
	c.remote, c.source, c.listener = nc.RemoteAddr().String(), source, behind
	c.number, c.since = s.cfg.Journal.NextConnection(), time.Now()
	defer c.delays.End()
	c.busy = s.cfg.BusyConnections > 0 && open > int64(s.cfg.BusyConnections)
	cfg := &s.h2First
	if c.identity != nil {
		// observed: 1000 at once with a certificate (pushy#709).
		cfg, c.known = &s.h2Known, true
	}
	hc := h2.NewConn(tc, s.withDismissal(cfg, c), listener, c)
	s.conns.enter(c, hc)
	defer s.conns.leave(c)
	announced := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(announced)
		if s.cfg.DrainTime > 0 {
			c.announceStop(hc)
		}
	})
	if c.dismissed {
		hc.Finish(true)
	}
	if err := hc.Serve(hard); err != nil {
		s.cfg.Log.Info("provider: connection ended", "remote", nc.RemoteAddr(), "err", err)
	}
	if !stop() {
		<-announced
	}
}

// withDismissal returns cfg, or what faults make of it.
func (s *Server) withDismissal(cfg *h2.Config, c *conn) *h2.Config {
	dismissal, end := s.dismissal(c.listener, c.source)
	if dismissal == nil {
		return cfg
	}
	own := *cfg
	own.Dismissal = dismissal
	c.dismissed = end != fault.CloseNever
	return &own
}

// listenerOf returns the listener to which a handler belongs.
func listenerOf(h h2.Handler) fault.Listener {
	if _, ok := h.(channelListener); ok {
		return fault.ChannelListener
	}
	return fault.ProviderListener
}

// failureLevel is that of a handshake that has failed: a probe of the port is no news.
func failureLevel(tc *tls.Conn, err error) slog.Level {
	if netconn.Silent(tc, err) {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func (s *Server) handshake(ctx context.Context, tc *tls.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HandshakeTimeout)
	defer cancel()
	if err := tc.HandshakeContext(ctx); err != nil {
		return netconn.Explain(tc, err)
	}
	return nil
}

func (s *Server) newConn(state tls.ConnectionState) *conn {
	c := &conn{server: s, serverName: state.ServerName, ids: newIDSource()}
	if len(state.PeerCertificates) > 0 {
		c.identity, c.refused = s.identify(state.PeerCertificates)
		c.subject = pki.SubjectText(&state.PeerCertificates[0].Subject)
	}
	c.request.conn = c
	return c
}

// begin settles the environment at the first request: that of Apple's host name
// in the TLS handshake, else of the one in the request, else the listener's.
func (c *conn) begin(authority string) {
	c.begun = true
	c.env = c.environmentFor(authority)
	c.binding = c.server.cfg.Auth.NewBinding(c.env)
	c.binding.From(c.source)
	c.peer = newPeer(c)
}

// environmentFor is the environment that a first request with that authority settles.
func (c *conn) environmentFor(authority string) apns.Environment {
	for _, name := range []string{c.serverName, authority} {
		if env, ok := apns.HostEnvironment(hostOf(name)); ok {
			return env
		}
	}
	return c.server.cfg.Environment
}

// hostOf returns the host of an authority in lower case, without a port and without the
// dot at the end of an absolute name. "The rightmost domain label of a fully qualified
// domain name in DNS may be followed by a single "."" RFC 3986, 3.2.2
func hostOf(authority string) string {
	host, _, _ := strings.Cut(authority, ":")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
