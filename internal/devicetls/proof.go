package devicetls

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// prove returns the device of the connection: by its certificate in TLS if there is one, or
// else by certificate, nonce and signature in Connect. The checks are in the order of what
// the device can correct.
//
// observed: apsd
func (s *session) prove(m *courier.Connect) (*pki.DeviceIdentity, *rejection) {
	s.server.loginLimit.acquire()
	defer s.server.loginLimit.release()
	now := s.server.cfg.Clock.Now()
	if chain := s.conn.tls.ConnectionState().PeerCertificates; len(chain) > 0 {
		return s.verify(chain, now)
	}
	if err := s.checkNonce(m, now); err != nil {
		return nil, err
	}
	chain, err := parseChain(m.Certificates)
	if err != nil {
		return nil, &rejection{reason: certificateUnreadable, err: err}
	}
	if err := pki.CheckKey(chain[0].PublicKey); err != nil {
		return nil, &rejection{reason: certificateRejected, err: err}
	}
	if err := courier.VerifyNonce(chain[0].PublicKey, m.Nonce, m.Signature); err != nil {
		return nil, &rejection{reason: signatureWrong, err: err}
	}
	device, rejected := s.verify(chain, now)
	if rejected != nil {
		return nil, rejected
	}
	// Only nonces of verified devices are remembered.
	if !s.server.nonces.fresh(device.ID, m.Nonce, now) {
		return nil, &rejection{reason: nonceReplayed}
	}
	return device, nil
}

// checkNonce checks that all parts of the proof are present, and the time.
func (s *session) checkNonce(m *courier.Connect, now time.Time) *rejection {
	if len(m.Certificates) == 0 || len(m.Nonce) == 0 || len(m.Signature) == 0 {
		return &rejection{reason: proofMissing, err: fmt.Errorf("neither a certificate in TLS nor fields 12, 13 and 14 of Connect; protocol %q",
			s.conn.tls.ConnectionState().NegotiatedProtocol)}
	}
	at, err := courier.ParseNonce(m.Nonce)
	if err != nil {
		return &rejection{reason: nonceMalformed, err: err}
	}
	if off := at.Sub(now).Abs(); off > s.server.cfg.ClockWindow {
		return &rejection{reason: clockOff, err: fmt.Errorf("it deviates by %v, more than %v", off, s.server.cfg.ClockWindow)}
	}
	return nil
}

func (s *session) verify(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, *rejection) {
	device, err := s.server.cfg.Verify(chain, now)
	if err != nil {
		return nil, &rejection{reason: certificateRejected, err: err}
	}
	return device, nil
}

// maxChain is the maximum number of certificates of a Connect that are parsed.
const maxChain = 8

// parseChain parses the certificates of a Connect, the leaf first. There is at least one.
func parseChain(ders [][]byte) ([]*x509.Certificate, error) {
	ders = ders[:min(len(ders), maxChain)]
	chain := make([]*x509.Certificate, len(ders))
	for i, der := range ders {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of %d: %w", i+1, len(ders), err)
		}
		chain[i] = cert
	}
	return chain, nil
}
