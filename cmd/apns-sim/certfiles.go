package main

import (
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
func writeCertificates(dir string, authorities *pki.PKI, p *envvars.Place) (err error) {
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

// writeP12 writes the certificate of a place as PKCS#12, if its file is at hand.
func writeP12(dir string, p *envvars.Place) error {
	identity, err := readIdentity(p.CertificateFile, "")
	if err != nil {
		return nil //nolint:nilerr // The simulator may be on another machine.
	}
	data, err := p12.Encode(p12.Modern, identity, p12Password)
	if err != nil {
		return err
	}
	p.CertificateP12, p.CertificatePassword = filepath.Join(dir, "certificate.p12"), p12Password
	return pki.WriteSecret(p.CertificateP12, data)
}
