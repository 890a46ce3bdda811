package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

// trustFiles have the roots that the machine trusts and the simulator's beside them,
// for programs that take one file in place of what they had.
type trustFiles struct {
	bundle string // PEM
	store  string // PKCS#12, for Java
}

// storePassword is that of the trust store, which keeps no secret. It is the one that
// Java's own has.
const storePassword = "changeit"

// systemBundles are where systems keep the roots that they trust, in one file.
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/ssl/cert.pem",                  // macOS, BSD
}

// writeTrust writes both files into a folder.
func writeTrust(dir string, root []byte) (t trustFiles, err error) {
	roots, err := systemRoots()
	if err != nil {
		return t, err
	}
	bundle := append(roots, root...)
	t.bundle = filepath.Join(dir, "bundle.pem")
	if err := pki.WritePublic(t.bundle, bundle); err != nil {
		return t, err
	}
	store, err := p12.EncodeTrust(p12.Modern, certificates(bundle), storePassword)
	if err != nil {
		return t, err
	}
	t.store = filepath.Join(dir, "trust.p12")
	return t, pki.WritePublic(t.store, store)
}

// systemRoots returns the roots that programs would trust now, in PEM; none where
// the system does not keep them in a file.
func systemRoots() ([]byte, error) {
	if own := os.Getenv("SSL_CERT_FILE"); own != "" {
		text, err := os.ReadFile(own)
		if err != nil {
			return nil, fmt.Errorf("SSL_CERT_FILE: %w", err)
		}
		return ended(text), nil
	}
	for _, path := range systemBundles {
		text, err := os.ReadFile(path)
		if err == nil {
			return ended(text), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("roots of the system: %w", err)
		}
	}
	return nil, nil
}

// ended returns text with an end of line at its end.
func ended(text []byte) []byte {
	if n := len(text); n > 0 && text[n-1] != '\n' {
		return append(text, '\n')
	}
	return text
}

// certificates reads a bundle. A certificate that Go cannot read is left out: it
// would be of no use to a program of today.
func certificates(bundle []byte) (all []*x509.Certificate) {
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			return all
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, certificate)
		}
	}
}
