package sim

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// controlTokenFile is the name of the file with the token of the control API.
const controlTokenFile = "control.token"

// noteFiles sets the paths of the files for providers in the ready record. They are in
// Config.FileDir, if it is set; otherwise in the directory of the secrets, if there is
// one.
func (s *Simulator) noteFiles() error {
	if err := s.writeControlToken(); err != nil {
		return err
	}
	switch dir := s.cfg.FileDir; {
	case dir != "":
		if err := s.writeFiles(dir); err != nil {
			return err
		}
	case s.Secrets.Dir != "":
		s.info.CAFile = filepath.Join(s.Secrets.Dir, pki.RootFile)
		s.info.DefaultTeam.KeyFile = filepath.Join(keystore.KeyFolder(s.Secrets.Dir, keystore.DefaultTeam), s.Secrets.Keys[0].FileName())
		certificate := filepath.Join(s.Secrets.Dir, keystore.DefaultCertificateFile)
		if _, err := os.Stat(certificate); err == nil { // it may have been deleted
			s.info.DefaultTeam.CertificateFile = certificate
		}
	}
	s.listDefaultCertificate()
	return nil
}

// listDefaultCertificate adds the default team's certificate to the list of those issued. The
// file of a directory of secrets may have been replaced by anything: then it is not listed.
func (s *Simulator) listDefaultCertificate() {
	path := s.info.DefaultTeam.CertificateFile
	if path == "" {
		return
	}
	if err := s.listCertificate(path); err != nil {
		s.log.Warn("the certificate of the default team is not listed", "file", path, "err", err)
	}
}

func (s *Simulator) listCertificate(path string) error {
	text, err := pki.ReadRegular(path)
	if err != nil {
		return err
	}
	chain, err := certificatesOf(text)
	if err != nil {
		return err
	}
	return s.TeamControl.AddCertificate(chain[0])
}

// writeControlToken writes the token of the control API to a file that only the owner can
// read.
func (s *Simulator) writeControlToken() error {
	dir := cmp.Or(s.cfg.FileDir, s.Secrets.Dir)
	if s.cfg.ControlToken == "" || dir == "" {
		return nil
	}
	path := filepath.Join(dir, controlTokenFile)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("folder for the control token: %w", err)
	}
	if err := pki.WriteSecret(path, []byte(s.cfg.ControlToken+"\n")); err != nil {
		return fmt.Errorf("%w; name a folder that can be written with --files", err)
	}
	s.info.ControlTokenFile = path
	return nil
}

func (s *Simulator) writeFiles(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("folder for keys and certificates: %w", err)
	}
	s.info.CAFile = filepath.Join(dir, pki.RootFile)
	if err := pki.WritePublic(s.info.CAFile, s.RootPEM()); err != nil {
		return err
	}
	if s.info.DefaultTeam.KeyFile, err = s.Secrets.Keys[0].Save(dir); err != nil {
		return err
	}
	s.info.DefaultTeam.CertificateFile, err = s.Secrets.SaveDefaultCertificate(dir)
	return err
}
