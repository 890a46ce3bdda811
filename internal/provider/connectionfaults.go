package provider

import (
	"context"
	"crypto/tls"
	"iter"
	"net"
	"time"

	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/netconn"
)

// connectionHits yields the faults of a connection of which only listener and source
// are known, and records each in the journal before it is applied.
func (s *Server) connectionHits(p fault.Point, listener fault.Listener, source string) iter.Seq[fault.Hit] {
	return func(yield func(fault.Hit) bool) {
		if !s.cfg.Faults.Any(p) {
			return
		}
		for hit := range s.cfg.Faults.Hits(p, &fault.Attributes{
			Attributes: filters.Attributes{Environment: s.cfg.Environment}, Listener: listener, Source: source,
		}) {
			s.cfg.Journal.Record(journal.Event{Kind: journal.Faulted, Cause: hit.Rule, Detail: hit.Action.String() + " for " + source})
			if !yield(hit) {
				return
			}
		}
	}
}

// admit applies faults before the handshake. It reports false if the connection was
// closed.
func (s *Server) admit(ctx context.Context, nc net.Conn, listener fault.Listener, source string) bool {
	for hit := range s.connectionHits(fault.AtAccept, listener, source) {
		if hit.Action.Do == fault.SlowAccept {
			wait(ctx, hit.Delay)
			continue
		}
		if err := netconn.Reset(nc); err != nil {
			s.cfg.Log.Debug("provider: reset failed, the connection is closed already", "remote", nc.RemoteAddr(), "err", err)
		}
		return false
	}
	return true
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// tlsFor returns the TLS configuration of one connection: by a fault, one with a
// faulty certificate or one whose handshake fails.
func (s *Server) tlsFor(listener fault.Listener, source string) *tls.Config {
	for hit := range s.connectionHits(fault.AtHandshake, listener, source) {
		a := hit.Action
		if a.Do == fault.BreakHandshake {
			return &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				last, reset := a.Handshake.Response()
				return nil, netconn.WriteAndClose(hello.Conn, last, reset)
			}}
		}
		if s.cfg.FaultyCertificate != nil {
			return s.tlsConfig(func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return s.faultyCertificate(a.Chain, hello) })
		}
	}
	return s.tls
}

// faultyCertificate returns the certificate that a fault wants shown, or the usual one
// if it cannot be made.
func (s *Server) faultyCertificate(chain fault.Chain, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	certificate, err := s.cfg.FaultyCertificate(chain, hello)
	if err != nil {
		s.cfg.Log.Error("provider: no certificate for the fault, the usual one is shown", "err", err)
		return s.cfg.Certificate(hello)
	}
	return certificate, nil
}

// openingGoAway returns the GOAWAY with which a connection begins, nil for none, and
// when it ends after that.
func (s *Server) openingGoAway(listener fault.Listener, source string) (*h2.OpeningGoAway, fault.Close) {
	for hit := range s.connectionHits(fault.AtOpening, listener, source) {
		a := hit.Action
		return &h2.OpeningGoAway{
			Code: a.Code.Number(http2.ErrCodeNo), Last: lastStream(a.LastStream, 0), Debug: a.Debug(), Twice: a.Twice,
		}, a.Close
	}
	return nil, ""
}
