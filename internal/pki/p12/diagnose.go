package p12

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

// ErrPassword says that the password is not that of the file.
var ErrPassword = errors.New("wrong password")

// diagnose says what is wrong with a file that cannot be decoded. Package pkcs12 has
// types for two causes and texts for the others.
func diagnose(data []byte, err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return fmt.Errorf("%w, or a damaged file: its checksum does not match", ErrPassword)
	case isCertificate(data):
		return errors.New("this is a certificate without a key (DER), not PKCS#12; export the certificate together with its private key")
	case isKey(data):
		return errors.New("this is a private key without a certificate (DER), not PKCS#12; export it together with its certificate")
	case strings.Contains(text, "error reading P12 data"), strings.Contains(text, "trailing data"):
		return fmt.Errorf("not a PKCS#12 file, or a damaged one: %w", err)
	case strings.Contains(text, "no MAC in data"):
		return errors.New("the file is not protected by a password; read it without one")
	case strings.Contains(text, "private key missing"), strings.Contains(text, "certificate missing"):
		return fmt.Errorf("%w; export the certificate together with its private key", err)
	case isUnsupported(err):
		return fmt.Errorf("the file uses what cannot be read here, whatever its password: %w; export it anew with AES-256 and SHA-256, as OpenSSL 3 does", err)
	}
	return fmt.Errorf("the password is right, but the file cannot be decoded: %w", err)
}

// isUnsupported reports whether a file has an algorithm, or a shape, that package pkcs12
// does not know. About the bag of the key it says so in text alone.
func isUnsupported(err error) bool {
	_, unsupported := errors.AsType[pkcs12.NotImplementedError](err)
	return unsupported || strings.Contains(err.Error(), "is not supported")
}

func isCertificate(data []byte) bool {
	_, err := x509.ParseCertificate(data)
	return err == nil
}

func isKey(data []byte) bool {
	_, pkcs8 := x509.ParsePKCS8PrivateKey(data)
	_, pkcs1 := x509.ParsePKCS1PrivateKey(data)
	_, ec := x509.ParseECPrivateKey(data)
	return pkcs8 == nil || pkcs1 == nil || ec == nil
}
