package devicecontrol

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
)

// Activate gives a device its certificate, as Apple does when a device is
// first switched on, and registers topics as apps of a team, "" for the
// default one, as Xcode does when an app is first run. It returns the chain in
// DER, leaf first.
func (ds *Devices) Activate(csr *x509.CertificateRequest, topics []string, team string) ([][]byte, error) {
	if team == "" {
		team = keystore.DefaultTeam
	}
	defer ds.Teams.Locks.RLock(team)()
	if !ds.Auth.HasTeam(team) {
		return nil, teamcontrol.UnknownTeam(team)
	}
	for _, topic := range topics {
		if err := ds.Teams.RegisterApp(team, topic); err != nil {
			return nil, err
		}
	}
	leaf, err := ds.Secrets.PKI.SignDevice(csr)
	if err != nil {
		return nil, fmt.Errorf("activate a device: %w", err)
	}
	certificate, err := x509.ParseCertificate(leaf)
	if err != nil {
		return nil, fmt.Errorf("activate a device: %w", err)
	}
	ds.assign(pki.DeviceID(certificate), team)
	return [][]byte{leaf, ds.Secrets.PKI.DeviceCA.Certificate.Raw}, nil
}

// ActivateAsApple is Activate as Apple does it: without apps, and the certificate has
// the form of those of real devices if the device's key is RSA. It
// returns the certificate in DER.
func (ds *Devices) ActivateAsApple(csr *x509.CertificateRequest) ([]byte, error) {
	if _, isRSA := csr.PublicKey.(*rsa.PublicKey); !isRSA {
		chain, err := ds.Activate(csr, nil, "")
		if err != nil {
			return nil, err
		}
		return chain[0], nil
	}
	chain, err := ds.Secrets.PKI.SignDeviceRSA(csr)
	if err != nil {
		return nil, fmt.Errorf("activate a device: %w", err)
	}
	return chain[0], nil
}

// SignBag signs the bag that tells older devices where couriers are; see
// [pki.PKI.SignBag].
func (ds *Devices) SignBag(bag []byte) (signature []byte, chain [][]byte, err error) {
	return ds.Secrets.PKI.SignBag(bag)
}

// newIdentity issues the certificate of a new device, registers its apps, and assigns it
// to the space of its team.
func (ds *Devices) newIdentity(team string, topics []string) (device.Identity, error) {
	for _, topic := range topics {
		if err := ds.Teams.RegisterApp(team, topic); err != nil {
			return device.Identity{}, err
		}
	}
	identity, err := ds.Secrets.PKI.IssueDevice(nil, "")
	if err != nil {
		return device.Identity{}, fmt.Errorf("the certificate of a device: %w", err)
	}
	ds.assign(pki.DeviceID(identity.Certificate), team)
	return device.Identity{Chain: identity.Chain, Key: identity.Key}, nil
}

// assign puts a device into the space of a team, if the team has one.
func (ds *Devices) assign(id apns.DeviceID, team string) {
	ds.Spaces.Assign(id, ds.Spaces.ForTeam(team))
}
