package envvars

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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

// JoinRoots writes for each variable that names a file of roots in the program's
// environment already a file into a folder that has the simulator's beside them, so that
// what the program trusts is not lost. A file that is not there, or a folder, which only
// requests takes, is not joined.
func (p *Values) JoinRoots(dir string, root []byte) error {
	if p.Inherited == nil {
		return nil
	}
	p.Joined = map[string]string{}
	for _, name := range []string{nodeRoots, requestsRoots, curlRoots} {
		own := p.Inherited(name)
		if own == "" || own == p.CAFile || own == p.Bundle {
			continue
		}
		if file, err := os.Stat(own); errors.Is(err, fs.ErrNotExist) || err == nil && file.IsDir() {
			continue
		}
		roots, err := os.ReadFile(own)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !bytes.Contains(roots, bytes.TrimSpace(root)) { // it may be what we wrote earlier
			roots = append(ended(roots), root...)
		}
		p.Joined[name] = filepath.Join(dir, strings.ToLower(name)+".pem")
		if err := pki.WritePublic(p.Joined[name], roots); err != nil {
			return err
		}
	}
	return nil
}

// ended returns text with an end of line at its end.
func ended(text []byte) []byte {
	if n := len(text); n > 0 && text[n-1] != '\n' {
		return append(text, '\n')
	}
	return text
}
