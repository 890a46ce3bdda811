package sim

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// DemoCertificateFile is the name of the file with the default team's provider
// certificate and its key.
const DemoCertificateFile = "provider.pem"

// controlTokenFile is the name of the file with the token of the control API.
const controlTokenFile = "control.token"

// noteFiles says in the ready record where a provider finds what it needs. It
// is written to Config.FileDir, if there is one; otherwise it is where the
// secrets came from, if they came from a directory.
func (s *Simulator) noteFiles() error {
	if err := s.writeControlToken(); err != nil {
		return err
	}
	switch dir := s.cfg.FileDir; {
	case dir != "":
		return s.writeFiles(dir)
	case s.Secrets.Dir != "":
		s.info.CAFile = filepath.Join(s.Secrets.Dir, pki.RootFile)
		s.info.Demo.KeyFile = filepath.Join(KeyFolder(s.Secrets.Dir, DemoTeam), s.Secrets.Keys[0].FileName())
		certificate := filepath.Join(s.Secrets.Dir, DemoCertificateFile)
		if _, err := os.Stat(certificate); err == nil { // nobody is obliged to keep it
			s.info.Demo.CertificateFile = certificate
		}
	}
	return nil
}

// writeControlToken puts the token of the control API where only the owner can
// read it.
func (s *Simulator) writeControlToken() error {
	dir := cmp.Or(s.cfg.FileDir, s.Secrets.Dir)
	if s.cfg.ControlToken == "" || dir == "" {
		return nil
	}
	path := filepath.Join(dir, controlTokenFile)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("sim: folder for the control token: %w", err)
	}
	if err := pki.WriteSecret(path, []byte(s.cfg.ControlToken+"\n")); err != nil {
		return fmt.Errorf("sim: %w; name a folder that can be written with --files", err)
	}
	s.info.ControlTokenFile = path
	return nil
}

func (s *Simulator) writeFiles(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("sim: folder for keys and certificates: %w", err)
	}
	s.info.CAFile = filepath.Join(dir, pki.RootFile)
	if err := pki.WritePublic(s.info.CAFile, s.RootPEM()); err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	if s.info.Demo.KeyFile, err = s.Secrets.Keys[0].Save(dir); err != nil {
		return err
	}
	s.info.Demo.CertificateFile, err = s.Secrets.SaveDemoCertificate(dir)
	return err
}

// SaveDemoCertificate issues a provider certificate for the default team's app
// and writes it to a directory. It returns the path.
func (s *Secrets) SaveDemoCertificate(dir string) (string, error) {
	return SaveCertificate(s.PKI, pki.ProviderRequest{Topic: DemoTopic, TeamID: DemoTeam}, filepath.Join(dir, DemoCertificateFile))
}

// SaveCertificate issues a provider certificate and writes it with its key to one
// file, as most provider libraries want it. It returns the path.
func SaveCertificate(authorities *pki.PKI, r pki.ProviderRequest, path string) (string, error) {
	identity, err := authorities.IssueProvider(r)
	if err != nil {
		return "", fmt.Errorf("sim: provider certificate for %s: %w", r.Topic, err)
	}
	text, err := identity.PEM()
	if err != nil {
		return "", fmt.Errorf("sim: provider certificate for %s: %w", r.Topic, err)
	}
	if err := pki.WriteSecret(path, text); err != nil {
		return "", fmt.Errorf("sim: %w", err)
	}
	return path, nil
}
