package keystore

import (
	"fmt"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// DefaultCertificateFile is the name of the file with the default team's provider
// certificate and its key.
const DefaultCertificateFile = "provider.pem"

// SaveDefaultCertificate issues a provider certificate for the default team's app
// and writes it to a directory. It returns the path.
func (s *Secrets) SaveDefaultCertificate(dir string) (string, error) {
	return SaveCertificate(s.PKI, pki.ProviderRequest{Topic: DefaultTopic, TeamID: DefaultTeam}, filepath.Join(dir, DefaultCertificateFile))
}

// SaveCertificate issues a provider certificate and writes it, with its key, to one
// file, the form that most provider libraries read. It returns the path.
func SaveCertificate(authorities *pki.PKI, r pki.ProviderRequest, path string) (string, error) {
	identity, err := authorities.IssueProvider(r)
	if err != nil {
		return "", fmt.Errorf("provider certificate for %s: %w", r.Topic, err)
	}
	text, err := identity.PEM()
	if err != nil {
		return "", fmt.Errorf("provider certificate for %s: %w", r.Topic, err)
	}
	if err := pki.WriteSecret(path, text); err != nil {
		return "", err
	}
	return path, nil
}
