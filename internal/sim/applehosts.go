package sim

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/proxy"
)

// appleHosts serves the hosts from which Apple's devices get the bag and their
// certificates. It listens in memory; the proxy connects to it.
type appleHosts struct {
	names       []string
	secure      *tls.Config
	tls, inHTTP *memnet.Listener
}

func (s *Simulator) makeAppleHosts() error {
	if len(s.control.AppleHosts) == 0 {
		return nil
	}
	servers, err := s.Secrets.PKI.NewServers(false, s.cfg.Names...)
	if err != nil {
		return err
	}
	s.apple = &appleHosts{
		names: s.control.AppleHosts,
		// Apple also offers HTTP/2 there, which no device-side client needs.
		secure: &tls.Config{GetCertificate: servers.Certificate, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12},
		tls:    memnet.Listen(), inHTTP: memnet.Listen(),
	}
	return nil
}

// serveAppleHosts serves them if there is a proxy, the only way there.
func (s *Simulator) serveAppleHosts() {
	if s.apple == nil || s.info.Proxy == "" {
		return
	}
	for name, ln := range map[string]net.Listener{
		"Apple's hosts for devices, TLS":  tls.NewListener(s.apple.tls, s.apple.secure),
		"Apple's hosts for devices, HTTP": s.apple.inHTTP,
	} {
		s.goServe(&s.inner, name, func() { s.note(s.control.ServeApple(s.inner.ctx, ln)) })
	}
}

// has reports whether a host, in lower case and without a dot at its end, is among
// them.
func (a *appleHosts) has(host string) bool { return a != nil && slices.Contains(a.names, host) }

// appleTarget returns the target of one of them.
func (s *Simulator) appleTarget(host string, overTLS bool) (proxy.Target, error) {
	if !overTLS {
		return proxy.Target{Address: "HTTP for " + host, Dial: s.apple.inHTTP.Dial}, nil
	}
	if !s.Secrets.PKI.Permits(host) {
		return proxy.Target{}, fmt.Errorf("there can be no certificate for %s, because the root in %s was made before its name constraints permitted that host; "+
			"all else works; for a new root, with which keys and device tokens are new as well: %s", host, s.Secrets.Dir, keystore.RecreateCommand(s.Secrets.Dir))
	}
	return proxy.Target{Address: "TLS for " + host, Dial: s.apple.tls.Dial}, nil
}
