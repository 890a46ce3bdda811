package devicetls

import (
	"encoding/hex"
	"time"
	"unique"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// TLS is what was agreed in the TLS handshake of a connection.
type TLS struct {
	Version, CipherSuite uint16
	// Protocol is that of ALPN, ServerName that of SNI; "" for none.
	Protocol, ServerName string
}

// A Certificate is what is kept of the certificate by which a device has proven its
// identity.
type Certificate struct {
	// Serial is the serial number in hex.
	Serial string
	// Issuer is the common name of the authority.
	Issuer   string
	NotAfter time.Time
	// InTLS says that it was presented in the TLS handshake; otherwise it was in Connect,
	// with a signed nonce.
	InTLS bool
}

// security is TLS and Certificate, as small as an idle connection requires.
type security struct {
	tls      unique.Handle[TLS]
	issuer   unique.Handle[string]
	serial   string // bytes
	notAfter int64  // UNIX seconds
	inTLS    bool
}

// security returns what is kept of the handshake and of the certificate of a device.
func (s *session) security(device *pki.DeviceIdentity) security {
	state := s.conn.tls.ConnectionState()
	return security{
		tls:      unique.Make(TLS{state.Version, state.CipherSuite, state.NegotiatedProtocol, state.ServerName}),
		issuer:   unique.Make(device.Certificate.Issuer.CommonName),
		serial:   string(device.Certificate.SerialNumber.Bytes()),
		notAfter: device.Certificate.NotAfter.Unix(),
		inTLS:    len(state.PeerCertificates) > 0,
	}
}

func (s *security) certificate() Certificate {
	return Certificate{hex.EncodeToString([]byte(s.serial)), s.issuer.Value(), time.Unix(s.notAfter, 0), s.inTLS}
}
