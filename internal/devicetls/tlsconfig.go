package devicetls

import (
	"crypto/tls"
	"slices"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// protocols returns the ALPN protocols of the courier in order of preference; the server's
// order decides (RFC 7301, 3.2). A device that offers v3 and pack gets v3, which every known
// client speaks, unless pack is preferred; one that offers no protocol gets none.
func protocols(preferPack bool) []string {
	if preferPack {
		return []string{courier.ALPNPack, courier.ALPNv3, courier.ALPNv2}
	}
	return []string{courier.ALPNv3, courier.ALPNPack, courier.ALPNv2}
}

// A certificateFor returns the server certificate for a device.
type certificateFor = func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// tlsConfig makes the TLS configuration. A device is asked for a certificate only if none of
// the protocols it offers has the certificate in Connect. If faulty returns a certificate,
// the device is presented with it in place of the valid one; if it returns an error, the
// handshake fails.
//
// observed: apsd demands TLS 1.3, older daemons and other clients begin at 1.2.
func tlsConfig(certificate certificateFor, preferPack bool, faulty certificateFor) *tls.Config {
	config := &tls.Config{
		GetCertificate: certificate,
		NextProtos:     protocols(preferPack),
		MinVersion:     tls.VersionTLS12,
		// A write of many frames should be one record, and not one per packet.
		DynamicRecordSizingDisabled: true,
	}
	asking := config.Clone()
	// The chain is not verified here: a rejected certificate is answered in the Connect
	// response, not by a TLS alert (observed: apsd).
	asking.ClientAuth = tls.RequestClientCert
	// A resumed session would have the certificate of an earlier handshake, without a proof
	// that the device still holds the key.
	asking.SessionTicketsDisabled = true
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		chosen := asking
		if certificateInConnect(hello.SupportedProtos) {
			chosen = config
		}
		certificate, err := faulty(hello)
		if err != nil {
			return nil, err
		}
		if certificate != nil {
			chosen = chosen.Clone()
			chosen.GetCertificate = nil
			chosen.Certificates = []tls.Certificate{*certificate}
			chosen.SessionTicketsDisabled = true // a resumed session presents no certificate
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
