package keystore

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// secretFiles are the files in a directory of secrets that contain a private key.
var secretFiles = []string{"*.key", DefaultCertificateFile, filepath.Join(keysFolder, "*", "AuthKey_*.p8")}

// Review renews the default team's certificate if necessary, and returns warnings about
// the directory of the secrets that are no reason not to start.
func (s *Secrets) Review(now time.Time) (warnings []string) {
	if s.Dir == "" {
		return nil
	}
	if err := s.renewDefaultCertificate(now); err != nil {
		warnings = append(warnings, fmt.Sprintf("the default team's certificate cannot be renewed: %v", err))
	}
	return append(append(warnings, readableKeys(s.Dir)...), Expiring(s.Dir, now)...)
}

// readableKeys warns about keys that users other than their owner may read. They are
// still used: Kubernetes mounts secrets with such modes (fsGroup), and git keeps no
// other.
func readableKeys(dir string) []string {
	if runtime.GOOS == "windows" { // it has no such modes
		return nil
	}
	var open []string
	for _, pattern := range secretFiles {
		paths, _ := filepath.Glob(filepath.Join(dir, pattern)) // fails only for a bad pattern
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
				open = append(open, fmt.Sprintf("%s (mode %04o)", path, info.Mode().Perm()))
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	return []string{"other users may read these keys: " + strings.Join(open, ", ") + "; run chmod 600, unless they are mounted that way"}
}

// warnBefore is how long before a certificate expires Review warns about it.
const warnBefore = 30 * 24 * time.Hour

// Expiring describes the certificates in a directory that have expired or soon will.
func Expiring(dir string, now time.Time) (warnings []string) {
	paths, _ := filepath.Glob(filepath.Join(dir, "*.pem")) // fails only for a bad pattern
	for _, path := range paths {
		cert := firstCertificate(path)
		if cert == nil || cert.NotAfter.After(now.Add(warnBefore)) || filepath.Base(path) == obsoleteServerFile {
			continue
		}
		state, remedy := "expires", "create another one with: apns-sim cert create"
		if cert.NotAfter.Before(now) {
			state = "expired"
		}
		if cert.IsCA {
			remedy = "recreate everything with: " + RecreateCommand(filepath.Dir(path))
		}
		warnings = append(warnings, fmt.Sprintf("the certificate in %s %s on %s; %s", path, state, cert.NotAfter.UTC().Format(time.DateOnly), remedy))
	}
	return warnings
}

// obsoleteServerFile was written by earlier versions. Nothing reads it.
const obsoleteServerFile = "server.pem"

// firstCertificate returns the first certificate in a file, nil if there is none.
func firstCertificate(path string) *x509.Certificate {
	text, err := pki.ReadRegular(path)
	if err != nil {
		return nil
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			return cert
		}
	}
	return nil
}

// renewDefaultCertificate replaces the default team's provider certificate in the
// directory if it has expired or soon will, and was issued by these authorities.
func (s *Secrets) renewDefaultCertificate(now time.Time) error {
	cert := firstCertificate(filepath.Join(s.Dir, DefaultCertificateFile))
	if cert == nil || cert.NotAfter.After(now.Add(warnBefore)) || cert.CheckSignatureFrom(s.PKI.ProviderCA.Certificate) != nil {
		return nil
	}
	_, err := s.SaveDefaultCertificate(s.Dir)
	return err
}
