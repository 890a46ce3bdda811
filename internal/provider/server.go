package provider

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/netconn"
)

// A Server serves the provider API of one environment on any number of listeners.
type Server struct {
	cfg    Config // read-only
	checks []check[*request]

	tls *tls.Config

	http2 h2.Config // of every connection, without the stream limit: streamlimit.go

	unavailable atomic.Pointer[apns.Rejection] // of every request; nil is none
	conns       openConns
	open        atomic.Int64 // connections
	bursts      *bursts      // nil is no limit

	slots chan struct{} // one element per open connection; nil is any number
}

// New makes a server. It fails if the Config lacks something required.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg.withDefaults(), checks: pushChecks}
	s.bursts = newBursts(&s.cfg)
	s.tls = s.tlsConfig(s.cfg.Certificate)
	s.http2 = h2.Config{
		IdleTimeout:       s.cfg.IdleTimeout,
		IdleDebug:         goAwayDebug(apns.IdleTimeout),
		HeaderTableSize:   s.cfg.Settings.HeaderTableSize,
		InitialWindowSize: s.cfg.Settings.InitialWindowSize,
		MaxFrameSize:      s.cfg.Settings.MaxFrameSize,
		MaxHeaderListSize: s.cfg.Settings.MaxHeaderListSize,
		OverrunEnds:       s.cfg.OverrunEnds,
		MalformedEnds:     s.cfg.MalformedEnds,
		ShutdownGrace:     s.cfg.ShutdownGrace,
		BeforeWait:        beforeWait,
		OnFailure:         s.onFailure,
		Log:               s.cfg.Log,
	}
	s.slots = connectionSlots(s.cfg.MaxConnections)
	if s.cfg.Faults != nil {
		s.cfg.Faults.Watch(s.endRevertedMutes)
	}
	return s, nil
}

// Serve accepts connections on ln until ctx ends, and closes ln. All its
// connections have ended when it returns: with GOAWAY, within Config.DrainTime
// and Config.ShutdownGrace. The error is nil if ctx has ended.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error { return s.serve(ctx, ln, s) }

// serve is Serve with a handler.
func (s *Server) serve(ctx context.Context, ln net.Listener, listener h2.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	hard, cancelHard := context.WithCancel(context.WithoutCancel(ctx))
	var connections sync.WaitGroup
	defer func() {
		cancel()
		stopDraining := time.AfterFunc(s.cfg.DrainTime, cancelHard)
		connections.Wait()
		stopDraining.Stop()
		cancelHard()
	}()
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() }) // ends Accept with an error
	defer stop()

	for {
		nc, err := netconn.Accept(ctx, ln, func(err error) { s.cfg.Log.Warn("provider: accept failed", "err", err) })
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil
		default:
			return fmt.Errorf("accept on %s: %w", ln.Addr(), err)
		}
		if !s.takeSlot() {
			s.cfg.Log.Warn("provider: connection closed, too many are open", "remote", nc.RemoteAddr())
			s.recordTooManyConnections(nc)
			_ = nc.Close() // the peer sees the connection closed
			continue
		}
		connections.Go(func() {
			defer s.freeSlot()
			s.serveConn(ctx, hard, nc, listener)
		})
	}
}
