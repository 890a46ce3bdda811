package fault

import "crypto/tls"

// A Handshake is a way in which a TLS handshake fails.
type Handshake string

// The handshakes that fail.
const (
	HandshakeCut        Handshake = "cut"
	HandshakeOldVersion Handshake = "old-version"
	HandshakeBadCipher  Handshake = "bad-cipher"
	HandshakeAlert      Handshake = "alert"
)

// handshakes lists the values of the parameter.
var handshakes = []string{string(HandshakeCut), string(HandshakeOldVersion), string(HandshakeBadCipher), string(HandshakeAlert)}

// nullAnonymous is TLS_ECDH_anon_WITH_NULL_SHA, which no client offers.
// https://www.rfc-editor.org/rfc/rfc8422#section-6
const nullAnonymous = 0xC015

// Response returns what the server sends after the ClientHello, and whether the
// connection is reset after it instead of closed.
func (h Handshake) Response() (bytes []byte, reset bool) {
	switch h {
	case HandshakeOldVersion: // "Server chose TLSv1" (observed: jchambers/pushy#1019)
		return serverHello(tls.VersionTLS10, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA), false
	case HandshakeBadCipher: // "Server selected improper ciphersuite" (observed: jchambers/pushy#1019)
		return serverHello(tls.VersionTLS12, nullAnonymous), false
	case HandshakeAlert: // "Received fatal alert: handshake_failure" (observed: jchambers/pushy#294)
		return []byte{21, 3, 3, 0, 2, 2, 40}, false // https://www.rfc-editor.org/rfc/rfc8446#section-6.2
	default:
		whole := serverHello(tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
		return whole[:len(whole)/2], true
	}
}

// serverHello returns a record with a ServerHello without session and extensions.
// https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.3
func serverHello(version, cipher uint16) []byte {
	body := []byte{byte(version >> 8), byte(version)}
	for i := range 32 {
		body = append(body, byte(i)) // random
	}
	body = append(body, 0, byte(cipher>>8), byte(cipher), 0)
	message := append([]byte{2, 0, 0, byte(len(body))}, body...)
	return append([]byte{22, byte(version >> 8), byte(version), 0, byte(len(message))}, message...)
}
