package apnstest

import (
	"crypto/tls"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// An App is an app of the server's team.
type App struct {
	// Topic is its bundle ID.
	Topic string

	server *Server
}

// NewApp registers an app. The topics with a suffix, such as those for VoIP or
// Live Activities, are allowed with it; for tokens of those, make an App of
// the suffixed topic.
func (s *Server) NewApp(bundleID string) *App {
	s.tb.Helper()
	if err := s.started.Auth.AddApp(s.TeamID, bundleID); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	return &App{Topic: bundleID, server: s}
}

// Certificate issues a provider certificate for the app, for both
// environments, with which a provider connects instead of sending tokens.
func (a *App) Certificate() tls.Certificate {
	a.server.tb.Helper()
	identity, err := a.server.started.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: a.Topic, TeamID: a.server.TeamID})
	if err != nil {
		a.server.tb.Fatalf("apnstest: %v", err)
	}
	return identity.TLS()
}
