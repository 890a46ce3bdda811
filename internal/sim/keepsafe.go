package sim

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

// secretFiles are the files of a directory of secrets that have a key in them.
var secretFiles = []string{"*.key", DemoCertificateFile, filepath.Join(keysFolder, "*", "AuthKey_*.p8")}

// review renews what can be renewed in the directory of the secrets, and says what is
// unusual there and no reason not to start.
func (s *Secrets) review(now time.Time) (warnings []string) {
	if s.Dir == "" {
		return nil
	}
	if err := s.renewDemoCertificate(now); err != nil {
		warnings = append(warnings, fmt.Sprintf("the default team's certificate cannot be renewed: %v", err))
	}
	return append(append(warnings, openKeys(s.Dir)...), Expiring(s.Dir, now)...)
}

// openKeys warns of keys that others than their owner may read, in a line. They are
// used all the same: that is how secrets are mounted (Kubernetes, fsGroup) and what is
// left of modes in git.
func openKeys(dir string) []string {
	if runtime.GOOS == "windows" { // has no such modes
		return nil
	}
	var open []string
	for _, pattern := range secretFiles {
		paths, _ := filepath.Glob(filepath.Join(dir, pattern)) // fails for a bad pattern alone
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
				open = append(open, fmt.Sprintf("%s (mode %04o)", path, info.Mode().Perm()))
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	return []string{"others may read keys: " + strings.Join(open, ", ") + "; unless they are mounted so, chmod 600"}
}

// warnBefore is how long before its end a certificate is warned of.
const warnBefore = 30 * 24 * time.Hour

// Expiring describes the certificates in a directory that have ended or are about to.
func Expiring(dir string, now time.Time) (warnings []string) {
	paths, _ := filepath.Glob(filepath.Join(dir, "*.pem")) // fails for a bad pattern alone
	for _, path := range paths {
		cert := firstCertificate(path)
		if cert == nil || cert.NotAfter.After(now.Add(warnBefore)) || filepath.Base(path) == formerServerFile {
			continue
		}
		verb, remedy := "ends", "make another with: apns-sim cert create"
		if cert.NotAfter.Before(now) {
			verb = "has ended"
		}
		if cert.IsCA {
			remedy = "make all anew with: " + initAnew(filepath.Dir(path))
		}
		warnings = append(warnings, fmt.Sprintf("the certificate in %s %s on %s; %s", path, verb, cert.NotAfter.UTC().Format(time.DateOnly), remedy))
	}
	return warnings
}

// formerServerFile was written by earlier versions and is not read.
const formerServerFile = "server.pem"

// firstCertificate reads the first certificate of a file; nil if it has none.
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

// renewDemoCertificate replaces the default team's provider certificate in a directory
// of secrets when it has ended or is about to, unless it is somebody else's.
func (s *Secrets) renewDemoCertificate(now time.Time) error {
	cert := firstCertificate(filepath.Join(s.Dir, DemoCertificateFile))
	if cert == nil || cert.NotAfter.After(now.Add(warnBefore)) || cert.CheckSignatureFrom(s.PKI.ProviderCA.Certificate) != nil {
		return nil
	}
	_, err := s.SaveDemoCertificate(s.Dir)
	return err
}
