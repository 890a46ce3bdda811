package apnstest

import (
	"crypto/tls"
	"time"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// A CertificateRequest describes a provider certificate. Its zero value is a certificate of
// the app's team for both environments, valid for a year.
type CertificateRequest struct {
	// TeamID is the team of the certificate; "" is the app's.
	TeamID string
	// Production and Sandbox are the environments; neither means both.
	Production, Sandbox bool
	// NotBefore and NotAfter bound its validity, by the time of the machine; zero means from
	// a day ago, for a year.
	NotBefore, NotAfter time.Time
	// RSA selects an RSA key, as in Apple's certificates, instead of EC.
	RSA bool
}

// Certificate issues a provider certificate for the app, for both environments,
// with which a provider connects instead of sending tokens.
func (a *App) Certificate() tls.Certificate {
	a.space.tb.Helper()
	return a.NewCertificate(CertificateRequest{})
}

// NewCertificate issues a provider certificate for the topic of the app.
func (a *App) NewCertificate(r CertificateRequest) tls.Certificate {
	a.space.tb.Helper()
	return a.issue(r).TLS()
}

func (a *App) issue(r CertificateRequest) *pki.Identity {
	a.space.tb.Helper()
	if r.TeamID == "" {
		r.TeamID = a.space.TeamID
	}
	identity, err := a.space.server.simulator().Secrets.PKI.IssueProvider(pki.ProviderRequest{
		Topic: a.Topic, TeamID: r.TeamID, Production: r.Production, Sandbox: r.Sandbox,
		NotBefore: r.NotBefore, NotAfter: r.NotAfter, RSA: r.RSA,
	})
	if err == nil {
		err = a.space.server.simulator().TeamControl.AddCertificate(identity.Certificate)
	}
	if err != nil {
		a.space.tb.Fatalf("apnstest: %v", err)
	}
	return identity
}

// RevokeCertificate revokes a certificate. Connections that are open stay.
func (s *Space) RevokeCertificate(c tls.Certificate) {
	s.tb.Helper()
	if c.Leaf == nil {
		s.tb.Fatalf("apnstest: the certificate has no leaf; use one of App.Certificate")
	}
	s.server.simulator().TeamControl.RevokeCertificate(c.Leaf.SerialNumber)
}
