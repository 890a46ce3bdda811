package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// sameRoot reports whether a file of the ready record is on this machine: it has the root
// certificate that the control API has. The path of another simulator may be the same.
func sameRoot(file string, root []byte) bool {
	text, err := os.ReadFile(file)
	return err == nil && bytes.Equal(bytes.TrimSpace(text), bytes.TrimSpace(root))
}

// fetchFiles writes the root certificate, the key and a certificate of the default team
// into a folder, for a simulator whose files are on another machine or in a container.
func (e *envCommand) fetchFiles(ctx context.Context, dir string, root []byte, p *envvars.Values) error {
	c, err := e.credentials(ctx)
	if err != nil {
		return err
	}
	p.Team, p.KeyID, p.Topic = c.Team, c.KeyID, c.Topic
	p.CAFile = filepath.Join(dir, pki.RootFile)
	p.KeyFile = filepath.Join(dir, keystore.SigningKey{KeyID: c.KeyID}.FileName())
	p.CertificateFile = filepath.Join(dir, keystore.DefaultCertificateFile)
	if err := pki.WritePublic(p.CAFile, root); err != nil {
		return err
	}
	if err := pki.WriteSecret(p.KeyFile, []byte(c.Key)); err != nil {
		return err
	}
	return pki.WriteSecret(p.CertificateFile, []byte(c.Certificate))
}
