package sim

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// Activate gives a device its certificate, as Apple does when a device is
// first switched on, and registers topics as apps of a team, "" for the
// default one, as Xcode does when an app is first run. It returns the chain in
// DER, leaf first.
func (s *Simulator) Activate(csr *x509.CertificateRequest, topics []string, team string) ([][]byte, error) {
	if team == "" {
		team = DemoTeam
	}
	defer s.teamLocks.with(team)()
	if !s.Auth.HasTeam(team) {
		return nil, unknownTeam(team)
	}
	for _, topic := range topics {
		if err := s.registerApp(team, topic); err != nil {
			return nil, err
		}
	}
	leaf, err := s.Secrets.PKI.SignDevice(csr)
	if err != nil {
		return nil, fmt.Errorf("sim: activate a device: %w", err)
	}
	certificate, err := x509.ParseCertificate(leaf)
	if err != nil {
		return nil, fmt.Errorf("sim: activate a device: %w", err)
	}
	s.assign(pki.DeviceID(certificate), team)
	return [][]byte{leaf, s.Secrets.PKI.DeviceCA.Certificate.Raw}, nil
}

// ActivateGenuine is Activate in Apple's own way: it knows of no apps, and the
// certificate has the shape of a genuine one if the device's key is RSA. It
// returns the certificate in DER.
func (s *Simulator) ActivateGenuine(csr *x509.CertificateRequest) ([]byte, error) {
	if _, isRSA := csr.PublicKey.(*rsa.PublicKey); !isRSA {
		chain, err := s.Activate(csr, nil, "")
		if err != nil {
			return nil, err
		}
		return chain[0], nil
	}
	chain, err := s.Secrets.PKI.SignGenuineDevice(csr)
	if err != nil {
		return nil, fmt.Errorf("sim: activate a device: %w", err)
	}
	return chain[0], nil
}

// SignBag signs the bag that tells devices of old where couriers are; see
// [pki.PKI.SignBag].
func (s *Simulator) SignBag(bag []byte) (signature []byte, chain [][]byte, err error) {
	return s.Secrets.PKI.SignBag(bag)
}

// verifyDevice judges the certificate of a device that logs in.
func (s *Simulator) verifyDevice(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error) {
	policy := pki.DeviceStrict
	if s.cfg.AnyDeviceCertificate {
		policy = pki.DeviceLenient
	}
	return s.Secrets.PKI.VerifyDeviceUnder(policy, chain, now)
}
