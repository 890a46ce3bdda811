package envvars

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// systemBundles are where systems keep the roots that they trust, in one file.
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/ssl/cert.pem",                  // macOS, BSD
}

// WriteBundle writes a file into a folder that has the roots that the machine
// trusts and the simulator's beside them, for programs that take one file in place
// of what they had. It returns the path, and what is in the file, PEM.
func WriteBundle(dir string, root []byte) (path string, bundle []byte, err error) {
	path = filepath.Join(dir, "bundle.pem")
	roots, err := systemRoots(path)
	if err != nil {
		return "", nil, err
	}
	bundle = append(roots, root...)
	return path, bundle, pki.WritePublic(path, bundle)
}

// systemRoots returns the roots that programs would trust now, in PEM; none where
// the system does not keep them in a file. Those of a file that we wrote earlier are
// not asked for again.
func systemRoots(ours string) ([]byte, error) {
	if own := os.Getenv("SSL_CERT_FILE"); own != "" && own != ours {
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
