package sim

import (
	"crypto/tls"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// tlsState describes what was agreed in a handshake; nil without TLS.
func tlsState(s *tls.ConnectionState) *controlapi.TLSState {
	if s == nil {
		return nil
	}
	return &controlapi.TLSState{
		Version: tls.VersionName(s.Version), Cipher: tls.CipherSuiteName(s.CipherSuite), ALPN: s.NegotiatedProtocol, ServerName: s.ServerName,
	}
}

// deviceTLSState describes what was agreed in the handshake of a device.
func deviceTLSState(t *devicetls.TLS) *controlapi.TLSState {
	return tlsState(&tls.ConnectionState{Version: t.Version, CipherSuite: t.CipherSuite, NegotiatedProtocol: t.Protocol, ServerName: t.ServerName})
}

func deviceCertificate(c *devicetls.Certificate) *controlapi.DeviceCertificate {
	presented := "connect"
	if c.InTLS {
		presented = "tls"
	}
	return &controlapi.DeviceCertificate{Serial: c.Serial, Issuer: c.Issuer, NotAfter: c.NotAfter.UTC(), Presented: presented}
}

func http2State(s *h2.Status) *controlapi.HTTP2State {
	return &controlapi.HTTP2State{
		OpenStreams: s.OpenStreams, HighestStream: s.HighestStream, StreamLimit: s.StreamLimit,
		PeerWindow: s.PeerWindow, PeerMaxFrame: s.PeerMaxFrame, GoAway: s.GoAway,
	}
}
