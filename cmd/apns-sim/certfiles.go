package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

// p12Password is that of provider certificates if nobody has chosen another.
const p12Password = "simulator"

// writeCertificates makes the provider certificates for the topic of a place: PEM,
// PKCS#12, and PEM with an RSA key.
func writeCertificates(dir string, authorities *pki.PKI, p *envvars.Values) (err error) {
	request := pki.ProviderRequest{Topic: p.Topic, TeamID: p.Team}
	if p.CertificateFile, err = keystore.SaveCertificate(authorities, request, filepath.Join(dir, "certificate.pem")); err != nil {
		return err
	}
	request.RSA = true
	if p.CertificateRSAFile, err = keystore.SaveCertificate(authorities, request, filepath.Join(dir, "certificate-rsa.pem")); err != nil {
		return err
	}
	return writeP12(dir, p)
}

// writeTopicCertificates makes a provider certificate for each topic, as PEM and as
// PKCS#12 of the name of the topic, in a folder of their own. A certificate is for one
// bundle ID, as at Apple:
// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
func writeTopicCertificates(dir string, authorities *pki.PKI, topics []string, p *envvars.Values) error {
	p.CertificateDir = filepath.Join(dir, "certificates")
	if err := os.Mkdir(p.CertificateDir, 0o700); err != nil {
		return fmt.Errorf("directory for certificates: %w", err)
	}
	for _, topic := range topics {
		stem := filepath.Join(p.CertificateDir, topic)
		path, err := keystore.SaveCertificate(authorities, pki.ProviderRequest{Topic: topic, TeamID: p.Team}, stem+".pem")
		if err != nil {
			return err
		}
		identity, err := readIdentity(path, "")
		if err != nil {
			return err
		}
		if err := saveP12(identity, stem+".p12"); err != nil {
			return err
		}
	}
	return nil
}

// writeP12 writes the certificate of a place as PKCS#12, if its file is at hand.
func writeP12(dir string, p *envvars.Values) error {
	identity, err := readIdentity(p.CertificateFile, "")
	if err != nil {
		return nil //nolint:nilerr // The simulator may be on another machine.
	}
	p.CertificateP12, p.CertificatePassword = filepath.Join(dir, "certificate.p12"), p12Password
	return saveP12(identity, p.CertificateP12)
}

// saveP12 writes a certificate with its key as PKCS#12 under p12Password.
func saveP12(identity *pki.Identity, path string) error {
	data, err := p12.Encode(p12.Modern, identity, p12Password)
	if err != nil {
		return err
	}
	return pki.WriteSecret(path, data)
}
