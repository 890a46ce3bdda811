package sim

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// demoCertificate is the stem of the files of the default team's certificate.
const demoCertificate = "provider"

// writeFiles writes what a provider needs to Config.FileDir and notes in the
// ready record where it is.
func (s *Simulator) writeFiles() error {
	dir := s.cfg.FileDir
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("sim: folder for keys and certificates: %w", err)
	}
	s.info.CAFile = filepath.Join(dir, pki.RootFile)
	if err := pki.WritePublic(s.info.CAFile, s.RootPEM()); err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	var err error
	if s.info.Demo.KeyFile, err = s.Secrets.Keys[0].Save(dir); err != nil {
		return err
	}
	return s.writeDemoCertificate(dir)
}

// writeDemoCertificate writes a certificate with its key in one file, as most
// provider libraries want it.
func (s *Simulator) writeDemoCertificate(dir string) error {
	identity, err := s.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: DemoTopic, TeamID: DemoTeam})
	if err != nil {
		return fmt.Errorf("sim: provider certificate of the default team: %w", err)
	}
	text, err := identity.PEM()
	if err != nil {
		return fmt.Errorf("sim: provider certificate of the default team: %w", err)
	}
	s.info.Demo.CertificateFile = filepath.Join(dir, demoCertificate+".pem")
	if err := pki.WriteSecret(s.info.Demo.CertificateFile, text); err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	return nil
}
