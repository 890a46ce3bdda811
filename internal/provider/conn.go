package provider

import (
	"context"
	"crypto/tls"
	"net"
	"strings"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// A conn is what one connection has settled so far. After the handshake it
// belongs to the goroutine that reads the connection.
type conn struct {
	server *Server

	// From the handshake; read-only after.
	serverName string
	identity   *pki.ProviderIdentity // the provider certificate, if there is a good one
	refused    error                 // why the certificate is not a good one

	// From the first request on.
	begun   bool
	env     apns.Environment
	binding *providerauth.Binding
	known   bool // the stream limit was raised

	topic providerauth.Topic // the last topic of a certificate, to save the hash
	ids   idSource

	// Used again for each request.
	request request
	body    []byte
	fields  [3]hpack.HeaderField
}

// serveConn is the life of a connection.
func (s *Server) serveConn(ctx context.Context, nc net.Conn) {
	tc := tls.Server(nc, s.tls)
	if err := s.handshake(ctx, tc); err != nil {
		s.cfg.Log.Info("provider: TLS handshake failed", "remote", nc.RemoteAddr(), "err", err)
		_ = nc.Close() // the handshake's error is the one that matters
		return
	}
	c := s.newConn(tc.ConnectionState())
	cfg := &s.h2First
	if c.identity != nil {
		// observed: 1000 at once with a certificate (pushy#709).
		cfg, c.known = &s.h2Known, true
	}
	if err := h2.Serve(ctx, tc, cfg, s, c); err != nil {
		s.cfg.Log.Info("provider: connection ended", "remote", nc.RemoteAddr(), "err", err)
	}
}

func (s *Server) handshake(ctx context.Context, tc *tls.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HandshakeTimeout)
	defer cancel()
	return tc.HandshakeContext(ctx)
}

func (s *Server) newConn(state tls.ConnectionState) *conn {
	c := &conn{server: s, serverName: state.ServerName, ids: newIDSource()}
	if len(state.PeerCertificates) > 0 {
		c.identity, c.refused = s.identify(state.PeerCertificates)
	}
	c.request.conn = c
	return c
}

// begin settles the environment at the first request: that of Apple's host name
// in the TLS handshake, else of the one in the request, else the listener's.
func (c *conn) begin(authority string) {
	c.begun = true
	c.env = c.server.cfg.Environment
	for _, name := range []string{c.serverName, authority} {
		if env, ok := apns.HostEnvironment(hostOf(name)); ok {
			c.env = env
			break
		}
	}
	c.binding = c.server.cfg.Auth.NewBinding(c.env)
}

// hostOf returns the host of an authority in lower case, without a port.
func hostOf(authority string) string {
	host, _, _ := strings.Cut(authority, ":")
	return strings.ToLower(host)
}

// raiseStreams lets the provider send more than one request at a time, by a
// second SETTINGS frame, once a push has brought a valid provider token:
// "Establishing a token-based connection to APNs". How it is raised is observed
// (AndrewBarba/apns2#17).
func (c *conn) raiseStreams(hc *h2.Conn) {
	if !c.known {
		c.known = true
		hc.SetMaxConcurrentStreams(c.server.cfg.Streams)
	}
}
