package pki

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The files of a directory of certificates: for each stem a certificate and its key.
const (
	certificateSuffix = ".pem"
	keySuffix         = ".key"

	// RootFile is the name of the root certificate, the file that clients trust.
	RootFile = rootFile + certificateSuffix
)

// Save writes the authorities to dir, which it makes when it is missing. Certificates are readable by everybody, keys by the owner
// alone; each file is written under another name and renamed. Existing files are
// replaced, so clients that trusted the former root must trust the new one.
func (p *PKI) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	for _, a := range p.all() {
		if err := a.identity().Save(dir, a.Name); err != nil {
			return err
		}
	}
	return nil
}

// all lists root and issuing authorities, the root first.
func (p *PKI) all() []*Authority {
	list := []*Authority{p.Root}
	for _, row := range authorities {
		list = append(list, *row.field(p))
	}
	if a := p.rsaDevice.Load(); a != nil {
		list = append(list, a)
	}
	return list
}

func (a *Authority) identity() *Identity {
	return &Identity{Certificate: a.Certificate, Chain: [][]byte{a.Certificate.Raw}, Key: a.Key}
}

// Save writes the chain to name.pem and the key to name.key in dir.
func (id *Identity) Save(dir, name string) error {
	key, err := id.KeyPEM()
	if err != nil {
		return err
	}
	if err := WriteSecret(filepath.Join(dir, name+keySuffix), key); err != nil {
		return err
	}
	return WritePublic(filepath.Join(dir, name+certificateSuffix), id.CertificatePEM())
}

// WriteSecret writes a file that only its owner may read. The file appears
// complete or not at all.
func WriteSecret(path string, data []byte) error { return writeAtomically(path, data, 0o600) }

// WritePublic writes a file that everybody may read. The file appears complete
// or not at all.
func WritePublic(path string, data []byte) error { return writeAtomically(path, data, 0o644) }

func writeAtomically(path string, data []byte, mode os.FileMode) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
