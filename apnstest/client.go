package apnstest

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

// Client returns an HTTP/2 client that trusts the server, for provider code that
// takes an *http.Client. It connects with [Space.Dial], so code whose host is fixed
// needs nothing else. Certificates, if given, are presented to the server; see
// [App.Certificate].
func (s *Space) Client(certificates ...tls.Certificate) *http.Client {
	t := &http.Transport{
		DialContext:       s.Dial,
		TLSClientConfig:   &tls.Config{RootCAs: s.RootCAs, Certificates: certificates},
		ForceAttemptHTTP2: true,
	}
	s.mu.Lock()
	s.transports = append(s.transports, t)
	s.mu.Unlock()
	return &http.Client{Transport: t, Timeout: s.server.Config.Timeout}
}

// Dial connects to an address of [Endpoints], or to the listener for one of Apple's hosts,
// such as api.push.apple.com:443; other hosts of APNs are an error. Other addresses are
// dialed as they are, unless the server is in memory. It fits [http.Transport].DialContext.
func (s *Space) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	ours, err := s.server.simulator().Route(address)
	if err != nil {
		return nil, err
	}
	address = cmp.Or(ours, address)
	if s.server.memory != nil {
		return s.server.memory.dial(ctx, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (s *Space) closeClients() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.transports {
		t.CloseIdleConnections()
	}
}
