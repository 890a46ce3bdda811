package devicetls

import (
	"crypto/tls"
	"slices"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// protocols gives the names the courier answers, the preferred one first: in
// crypto/tls the server's order decides. A device that offers v3 and pack gets
// v3, which every known client speaks, unless pack is preferred; one that offers no
// name gets none.
func protocols(preferPack bool) []string {
	if preferPack {
		return []string{courier.ALPNPack, courier.ALPNv3, courier.ALPNv2}
	}
	return []string{courier.ALPNv3, courier.ALPNPack, courier.ALPNv2}
}

// A certificateFor returns the certificate that a device is shown.
type certificateFor = func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// tlsConfig makes the TLS side of a courier. A device is asked for a certificate
// only if none of the protocols it offers puts the certificate into Connect. Where
// flawed returns a certificate, the device is shown that instead of its own; where it
// returns an error, the handshake fails.
//
// observed: apsd demands TLS 1.3, older daemons and other clients begin at 1.2.
func tlsConfig(certificate certificateFor, preferPack bool, flawed certificateFor) *tls.Config {
	config := &tls.Config{
		GetCertificate: certificate,
		NextProtos:     protocols(preferPack),
		MinVersion:     tls.VersionTLS12,
		// What is gathered for one write should leave in one, not in records of
		// a packet each.
		DynamicRecordSizingDisabled: true,
	}
	asking := config.Clone()
	// The chain is not verified here: a device is told in the Connect response,
	// not by a TLS alert, that its certificate is refused.
	asking.ClientAuth = tls.RequestClientCert
	// A resumed session would bring the certificate of an earlier handshake,
	// without a proof that the device still has the key.
	asking.SessionTicketsDisabled = true
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		chosen := asking
		if certificateInConnect(hello.SupportedProtos) {
			chosen = config
		}
		certificate, err := flawed(hello)
		if err != nil {
			return nil, err
		}
		if certificate != nil {
			chosen = chosen.Clone()
			chosen.GetCertificate = nil
			chosen.Certificates = []tls.Certificate{*certificate}
			chosen.SessionTicketsDisabled = true // a resumed session shows no certificate
		}
		return chosen, nil
	}
	return config
}

// certificateInConnect reports whether a device that offers these protocols
// proves itself in Connect rather than in TLS (observed: apsd, pypush).
func certificateInConnect(offered []string) bool {
	return slices.Contains(offered, courier.ALPNv3) || slices.Contains(offered, courier.ALPNPack)
}
