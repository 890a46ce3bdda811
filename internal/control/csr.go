package control

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// minRSABits is the smallest RSA key that gets a certificate. Devices of old
// have 1024 bits; nobody should make such a key today.
const minRSABits = 2048

// howToRequest ends every rejection of a signing request.
const howToRequest = "make one with openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout device.key -subj /CN=device"

// parseCSR reads a signing request in PEM or, as application/pkcs10 has it
// (RFC 5967), in DER, and checks its signature and key.
func parseCSR(data []byte) (*x509.CertificateRequest, error) { return parseRequest(data, minRSABits) }

// parseRequest is parseCSR with another smallest RSA key.
func parseRequest(data []byte, minRSA int) (*x509.CertificateRequest, error) {
	if len(data) == 0 {
		return nil, reject(http.StatusBadRequest, "there is no certificate signing request; %s", howToRequest)
	}
	der := data
	if block, _ := pem.Decode(data); block != nil {
		if block.Type != "CERTIFICATE REQUEST" && block.Type != "NEW CERTIFICATE REQUEST" {
			return nil, reject(http.StatusUnprocessableEntity, "the PEM block is a %s, not a CERTIFICATE REQUEST; %s", block.Type, howToRequest)
		}
		der = block.Bytes
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "the certificate signing request cannot be read: %v; %s", err, howToRequest)
	}
	if err := checkKey(csr.PublicKey, minRSA); err != nil {
		return nil, err
	}
	// It proves that the client has the key: RFC 2986, 3.
	if err := csr.CheckSignature(); err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "the certificate signing request is not signed with its own key: %v; %s", err, howToRequest)
	}
	return csr, nil
}

// checkKey rejects keys too weak or too long, or of a kind the courier's handshake does
// not use.
func checkKey(key crypto.PublicKey, minRSA int) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		if bits < minRSA {
			return reject(http.StatusUnprocessableEntity, "the RSA key has %d bits; use at least %d, or EC P-256", bits, minRSA)
		}
		if bits > pki.MaxRSABits { // before its signature is computed with it
			return reject(http.StatusUnprocessableEntity, "the RSA key has %d bits; use at most %d, or EC P-256", bits, pki.MaxRSABits)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return reject(http.StatusUnprocessableEntity, "the EC key is on %s; use P-256", key.Params().Name)
		}
	default:
		return reject(http.StatusUnprocessableEntity, "the key is of type %T; use EC P-256, or RSA of at least %d bits", key, minRSA)
	}
	return nil
}
