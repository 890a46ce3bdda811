package main

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// caCommand groups the commands about the certificate authorities.
type caCommand struct {
	Init caInit `cmd:"" help:"Create the certificate authorities, the device-token key, and the default team's key and certificate."`
	Show caShow `cmd:"" help:"Print the root certificate that clients must trust."`

	Install   caInstall   `cmd:"" help:"Install the root certificate in the trust store of this machine."`
	Uninstall caUninstall `cmd:"" help:"Remove the root certificate from the trust store of this machine."`
}

// certsFlag is the folder that most of the offline commands work on.
type certsFlag struct {
	Certs string `default:"certs" placeholder:"DIR" help:"Directory of the certificate authorities and keys."`
}

func (f *certsFlag) load() (*keystore.Secrets, error) {
	secrets, err := keystore.Load(f.Certs)
	if err != nil {
		return nil, usageError{err}
	}
	return secrets, nil
}

// mustBeNew rejects a path with a file.
func mustBeNew(path, remedy string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return badUsage("%s already exists; %s", path, remedy)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("check %s: %w", path, err)
	}
	return nil
}

type caInit struct {
	certsFlag
	Name        []string `placeholder:"HOST" sep:"," help:"Additional hostname or IP address that the root may issue certificates for; repeatable."`
	NonCritical bool     `name:"noncritical-constraints" help:"Mark the name constraints of the authorities as not critical, for mbedTLS clients, which reject critical ones."`
	Force       bool     `help:"Overwrite existing files. Clients that trusted the old root must trust the new one."`
}

// Run makes everything that 'apns-sim serve --certs' needs.
func (i *caInit) Run(c *console) error {
	root := filepath.Join(i.Certs, pki.RootFile)
	if !i.Force {
		if err := mustBeNew(root, "--force replaces it and invalidates everything issued with it"); err != nil {
			return err
		}
	}
	secrets, certificate, err := createSecrets(i.Certs, pki.Options{ExtraNames: i.Name, NonCritical: i.NonCritical})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s\troot certificate that clients must trust\n%s\tkey %s of team %s\n%s\tprovider certificate for %s\n",
		root, filepath.Join(keystore.KeyFolder(i.Certs, sim.DefaultTeam), secrets.Keys[0].FileName()), sim.DefaultKey, sim.DefaultTeam,
		certificate, sim.DefaultTopic)
	return err
}

// createSecrets creates authorities and keys, and writes them to a directory with the
// certificate of the default team, whose path it returns.
func createSecrets(dir string, options pki.Options) (secrets *keystore.Secrets, certificate string, err error) {
	if secrets, err = keystore.New(options); err != nil {
		return nil, "", usageError{err}
	}
	if err := secrets.Save(dir); err != nil {
		return nil, "", err
	}
	certificate, err = secrets.SaveDefaultCertificate(dir)
	return secrets, certificate, err
}

type caShow struct {
	certsFlag
	Format   string `enum:"pem,p12" default:"pem" placeholder:"FORMAT" help:"Format: pem, or p12 for a Java trust store."`
	Out      string `placeholder:"FILE" help:"Write to this file instead of standard output."`
	Password string `default:"changeit" placeholder:"TEXT" help:"Password of the p12."`
}

// Run prints the root certificate.
func (s *caShow) Run(c *console) error {
	secrets, err := s.load()
	if err != nil {
		return err
	}
	data := secrets.PKI.RootPEM()
	if s.Format == "p12" {
		if s.Out == "" {
			return badUsage("--format p12 is binary; set a file with --out")
		}
		data, err = p12.EncodeTrust(p12.Modern, []*x509.Certificate{secrets.PKI.Root.Certificate}, s.Password)
		if err != nil {
			return err
		}
	}
	if s.Out == "" {
		_, err = c.stdout.Write(data)
		return err
	}
	if err := pki.WritePublic(s.Out, data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s\tSHA-256 %X\n", s.Out, sha256.Sum256(secrets.PKI.Root.Certificate.Raw))
	return err
}
