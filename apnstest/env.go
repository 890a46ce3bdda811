package apnstest

import (
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// Env returns the variables, as NAME=VALUE, with which a child process finds the server,
// signs as the team, pushes to the first app on the first device, and trusts the root. They
// are those of apns-sim exec, without variables that would have no value.
//
//	command := exec.Command("node", "send.js")
//	command.Env = append(os.Environ(), apple.Env()...)
//
// The files they name are in a temporary folder of the test.
func (s *Space) Env() []string {
	s.tb.Helper()
	if s.server.memory != nil {
		s.tb.Fatalf("apnstest: a child process cannot reach a server in memory; use NewServer")
	}
	p, err := s.describe(s.tb.TempDir())
	if err != nil {
		s.tb.Fatalf("apnstest: variables for a child process: %v", err)
	}
	return p.List()
}

// describe writes files to dir and returns their paths and the addresses.
func (s *Space) describe(dir string) (p envvars.Values, err error) {
	p = s.server.simulator().EnvVars()
	p.Team, p.KeyID, p.KeyP8, p.Topic = s.TeamID, s.KeyID, string(s.P8), ""
	p.Inherited = os.Getenv // as in the example
	p.CAFile = filepath.Join(dir, pki.RootFile)
	root := s.server.simulator().RootPEM()
	if err := pki.WritePublic(p.CAFile, root); err != nil {
		return p, err
	}
	if p.Bundle, _, err = envvars.WriteBundle(dir, root); err != nil {
		return p, err
	}
	if err := p.JoinRoots(dir, root); err != nil {
		return p, err
	}
	p.KeyFile = filepath.Join(dir, keystore.SigningKey{KeyID: s.KeyID}.FileName())
	if err := pki.WriteSecret(p.KeyFile, s.P8); err != nil {
		return p, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.apps) == 0 {
		return p, nil
	}
	app := s.apps[0]
	p.Topic = app.Topic
	for _, d := range s.devices {
		for _, installed := range d.emulator().Apps() {
			if installed.Topic == p.Topic {
				p.AddDevice(d.current().Environment.String(), d.ID(), installed.Token.String())
			}
		}
	}
	text, err := app.issue(CertificateRequest{}).PEM()
	if err != nil {
		return p, err
	}
	p.CertificateFile = filepath.Join(dir, keystore.DefaultCertificateFile)
	return p, pki.WriteSecret(p.CertificateFile, text)
}
