package main

import (
	"crypto/x509"
	"encoding/pem"
	"path/filepath"

	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

// storePassword is that of the trust store, which keeps no secret. It is the one that
// Java's own has.
const storePassword = "changeit"

// writeTrust writes into a folder, for programs that take one file in place of what
// they had, the roots that the machine trusts and the simulator's beside them: as PEM,
// and as PKCS#12 for Java; and for variables that name such a file already, what is in it
// and the simulator's.
func writeTrust(dir string, root []byte, p *envvars.Values) error {
	path, bundle, err := envvars.WriteBundle(dir, root)
	if err != nil {
		return err
	}
	store, err := p12.EncodeTrust(p12.Modern, certificates(bundle), storePassword)
	if err != nil {
		return err
	}
	p.Bundle, p.Store, p.StorePassword = path, filepath.Join(dir, "trust.p12"), storePassword
	if err := p.JoinRoots(dir, root); err != nil {
		return err
	}
	return pki.WritePublic(p.Store, store)
}

// certificates reads a bundle. A certificate that Go cannot read is left out: it
// would be of no use to a program of today.
func certificates(bundle []byte) (all []*x509.Certificate) {
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			return all
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, certificate)
		}
	}
}
