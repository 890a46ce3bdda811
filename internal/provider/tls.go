package provider

import (
	"crypto/tls"
	"errors"
	"slices"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// protocol is the only protocol that APNs offers by ALPN (observed: transport
// measurement of September 2026).
const protocol = "h2"

// A certificateFor returns the certificate that a client is shown.
type certificateFor = func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// tlsConfig returns the TLS configuration with that certificate.
//
// APNs speaks HTTP/2 with every client that completes the handshake: also with clients
// without ALPN (pushy's default) and with those that expect HTTP/1.1 (observed:
// "HTTP/0.9" in curl). crypto/tls would fail the handshake of the latter, so for them
// ALPN is left out.
func (s *Server) tlsConfig(certificate certificateFor) *tls.Config {
	withoutALPN := &tls.Config{
		GetCertificate: certificate,
		// TLS 1.2 is the least:
		// https://developer.apple.com/documentation/usernotifications/establishing-a-connection-to-apns
		MinVersion: tls.VersionTLS12,
		// APNs always requests a certificate and never requires one (observed: curl
		// traces). It is verified later, so that a rejection can have a reason; the
		// handshake itself fails for revoked ones only.
		ClientAuth:       tls.RequestClientCert,
		VerifyConnection: s.rejectRevoked,
	}
	usual := withoutALPN.Clone()
	usual.NextProtos = []string{protocol}
	usual.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedProtos) > 0 && !slices.Contains(hello.SupportedProtos, protocol) {
			return withoutALPN, nil
		}
		return nil, nil //nolint:nilnil // crypto/tls: no change.
	}
	return usual
}

// rejectRevoked fails the handshake with a revoked provider certificate.
// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
func (s *Server) rejectRevoked(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 || s.cfg.VerifyProvider == nil {
		return nil
	}
	_, err := s.cfg.VerifyProvider(state.PeerCertificates, s.cfg.Clock.Now())
	if rejection, ok := errors.AsType[*pki.CertificateError](err); ok && rejection.Kind == pki.Revoked {
		return rejection
	}
	return nil
}
