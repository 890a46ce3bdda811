package provider

import (
	"crypto/tls"
	"errors"
	"slices"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// protocol is the only protocol APNs offers by ALPN (observed: transport
// measurement of September 2026).
const protocol = "h2"

// A certificateFor returns the certificate that a client is shown.
type certificateFor = func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// tlsConfig returns how TLS is spoken with providers that are shown a certificate.
//
// APNs speaks HTTP/2 to whoever completes the handshake: to clients without
// ALPN (pushy's default) and to those that expect HTTP/1.1 (observed: "HTTP/0.9"
// in curl). crypto/tls would refuse the latter, so for them ALPN is left out.
func (s *Server) tlsConfig(certificate certificateFor) *tls.Config {
	withoutALPN := &tls.Config{
		GetCertificate: certificate,
		// TLS 1.2 is the least: "Establishing a connection to APNs".
		MinVersion: tls.VersionTLS12,
		// APNs always asks and never insists (observed: curl traces). Who the
		// certificate is from is found out later, so that the refusal can be a
		// reason; the handshake itself only fails for revoked ones.
		ClientAuth:       tls.RequestClientCert,
		VerifyConnection: s.rejectRevoked,
	}
	usual := withoutALPN.Clone()
	usual.NextProtos = []string{protocol}
	usual.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedProtos) > 0 && !slices.Contains(hello.SupportedProtos, protocol) {
			return withoutALPN, nil
		}
		return nil, nil //nolint:nilnil // How crypto/tls wants to hear "as it is".
	}
	return usual
}

// rejectRevoked fails the handshake of a revoked provider certificate:
// "Establishing a certificate-based connection to APNs".
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
