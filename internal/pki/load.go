package pki

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// Load reads the files that [PKI.Save] wrote. Every certificate must have its key, and the
// authorities must be signed by the root and within their dates.
func Load(dir string) (*PKI, error) {
	p := &PKI{dir: dir}
	var err error
	if p.Root, err = loadAuthority(dir, rootFile); err != nil {
		return nil, err
	}
	if err := p.checkLoaded(dir, p.Root); err != nil {
		return nil, err
	}
	for _, row := range authorities {
		a, err := loadAuthority(dir, row.file)
		if err != nil {
			return nil, err
		}
		if err := p.checkLoaded(dir, a); err != nil {
			return nil, err
		}
		*row.field(p) = a
	}
	p.extra = permittedBy(p.Root.Certificate)
	if err := p.loadRSADevice(dir); err != nil {
		return nil, err
	}
	return p, nil
}

// remedy is the end of errors about a directory that cannot be used.
const remedy = "make new ones with `apns-sim ca init --certs DIR`, or leave out --certs to have them in memory"

func loadAuthority(dir, name string) (*Authority, error) {
	id, err := loadChain(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", err, remedy)
	}
	if err != nil {
		return nil, err
	}
	return &Authority{Name: name, Certificate: id.Certificate, Key: id.Key}, nil
}

// checkLoaded returns an error unless the root has signed the authority (or itself) and it is
// within its dates.
func (p *PKI) checkLoaded(dir string, a *Authority) error {
	path := filepath.Join(dir, a.Name+certificateSuffix)
	cert := a.Certificate
	if !cert.IsCA {
		return fmt.Errorf("%s is not the certificate of an authority: %s", path, remedy)
	}
	if !issuedBy(cert, p.Root) || checkWithSHA1(cert, p.Root.Certificate) != nil {
		return fmt.Errorf("%s was not issued by %s: files of different authorities are mixed: %s",
			path, filepath.Join(dir, RootFile), remedy)
	}
	if now := p.now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return fmt.Errorf("%s is valid from %s to %s, and it is %s: %s",
			path, formatTime(cert.NotBefore), formatTime(cert.NotAfter), formatTime(now), remedy)
	}
	return nil
}

// loadChain reads name.pem and name.key.
func loadChain(dir, name string) (*Identity, error) {
	id := new(Identity)
	for _, suffix := range []string{certificateSuffix, keySuffix} {
		path := filepath.Join(dir, name+suffix)
		data, err := readFile(path)
		if err != nil {
			return nil, fmt.Errorf("load: %w", err)
		}
		if err := id.readPEM(data); err != nil {
			return nil, fmt.Errorf("load %s: %w", path, err)
		}
	}
	if err := id.complete(); err != nil {
		return nil, fmt.Errorf("load %s with its key: %w", filepath.Join(dir, name+certificateSuffix), err)
	}
	return id, nil
}

// maxFile is the maximum size of a certificate file, in bytes.
const maxFile = 1 << 20

// readFile reads a small file.
func readFile(path string) (data []byte, err error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes: that is no PEM file of certificates", path, info.Size())
	}
	return io.ReadAll(f)
}
