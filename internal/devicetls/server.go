package devicetls

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/netconn"
)

// A Server is the courier of one environment. It may serve several listeners.
type Server struct {
	cfg        Config
	tls        *tls.Config
	nonces     *nonceMemory
	loginLimit loginLimit

	directory directory
	requests  requestCounter
	redirect  atomic.Pointer[Redirection] // of logins; nil lets them in
}

// New makes a courier. It fails when a required part of cfg is missing.
func New(cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Server{
		cfg:        cfg,
		nonces:     newNonceMemory(cfg.ClockWindow, cfg.Nonces),
		loginLimit: newLoginLimit(cfg.LoginsAtOnce),
	}
	s.tls = tlsConfig(cfg.Certificate, cfg.PreferPack, s.handshakeFaults)
	if cfg.Redirect != (Redirection{}) {
		return s, s.RedirectLogins(&cfg.Redirect)
	}
	return s, nil
}

// Serve accepts devices from ln until ctx ends; then it closes ln and every
// connection, cleanly, and returns nil once all of them are gone. It returns
// early, in the same way, with the error of a listener that fails.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	return s.serve(ctx, ln, s.cfg.ResponseDelay)
}

// ServeVirtual is Serve for devices that are a part of this program. They are answered
// without [Config.ResponseDelay].
func (s *Server) ServeVirtual(ctx context.Context, ln net.Listener) error {
	return s.serve(ctx, ln, 0)
}

func (s *Server) serve(ctx context.Context, ln net.Listener, responseDelay time.Duration) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	sessions := newSessionSet(s, responseDelay)
	defer func() { err = errors.Join(err, sessions.closePoller()) }()
	var running sync.WaitGroup
	defer running.Wait()
	defer sessions.wait()
	defer cancel()
	running.Go(func() { sessions.freeMemory(ctx) })
	running.Go(func() {
		<-ctx.Done()
		sessions.end()
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.cfg.Log.Error("cannot close the device listener", "err", err)
		}
	})
	for {
		conn, err := netconn.Accept(ctx, ln, func(err error) { s.cfg.Log.Warn("cannot accept device connections for the moment", "err", err) })
		switch {
		case ctx.Err() != nil && err == nil:
			return conn.Close()
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("accept devices: %w", err)
		}
		if err := netconn.SetLossTimeout(conn, s.cfg.LossTimeout); err != nil { // the peer may have closed it already
			s.cfg.Log.Debug("cannot set the loss timeout of a device connection", "err", err)
		}
		if wait, ok := s.acceptFaults(conn); ok {
			sessions.serve(conn, wait)
		}
	}
}
