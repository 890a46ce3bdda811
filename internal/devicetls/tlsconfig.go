package devicetls

import (
	"crypto/tls"
)

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
