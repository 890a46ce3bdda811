package provider

import (
	"crypto/x509"
	"errors"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

var errNoCertificates = errors.New("no provider certificate is trusted here")

// identify verifies the certificate of a provider.
func (s *Server) identify(chain []*x509.Certificate) (*pki.ProviderIdentity, error) {
	if s.cfg.VerifyProvider == nil {
		return nil, errNoCertificates
	}
	return s.cfg.VerifyProvider(chain, s.cfg.Clock.Now())
}

// badCertificate rejects a push with an invalid certificate.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func badCertificate(err error) *apns.Rejection { return apns.Reject(apns.BadCertificate, err.Error()) }

// certificateTopic returns the topic of a push with a provider certificate.
func (c *conn) certificateTopic(name string) (*providerauth.Topic, *apns.Rejection) {
	if name == c.topic.Name {
		return &c.topic, nil
	}
	// A push type can be used if and only if its topic is listed.
	// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
	if !c.identity.Allows(name) {
		return nil, apns.Reject(apns.TopicDisallowed, "the certificate of", c.identity.Topic, "does not list topic", quote(name))
	}
	c.topic = providerauth.Topic{Name: name, Hash: apns.HashTopic(name), BundleID: c.identity.Topic, TeamID: c.identity.TeamID}
	return &c.topic, nil
}
