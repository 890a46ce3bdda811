package pki

import (
	"crypto/tls"
	"fmt"
	"time"
)

// A Flaw is a defect of a server certificate, which careful clients reject.
type Flaw string

// The flaws.
const (
	FlawExpired     Flaw = "expired"      // it ended yesterday
	FlawWrongName   Flaw = "wrong-name"   // it is for another host
	FlawUnknownRoot Flaw = "unknown-root" // its chain ends in a root that no client trusts
	FlawIncomplete  Flaw = "incomplete"   // its issuer is missing
)

// wrongName is the only name in a certificate with FlawWrongName. The root permits it, so
// that the certificate has no other defect.
const wrongName = "wrong-name.localhost"

// Flawed makes a certificate for a client, otherwise as [Servers.Certificate] does,
// with a flaw.
func (s *Servers) Flawed(flaw Flaw, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert, err := s.flawed(flaw, hello, false)
	if err != nil || canECDSA(hello, cert) {
		return cert, err
	}
	return s.flawed(flaw, hello, true)
}

func (s *Servers) flawed(flaw Flaw, hello *tls.ClientHelloInfo, useRSA bool) (*tls.Certificate, error) {
	key, err := s.key(useRSA)
	if err != nil {
		return nil, err
	}
	wanted, authorities, end := s.namesFor(hello), s.pki, time.Time{}
	switch flaw {
	case FlawExpired:
		end = s.pki.now().Add(-day)
	case FlawWrongName:
		wanted = names{hosts: []string{wrongName}}
	case FlawUnknownRoot:
		if authorities, err = New(Options{ExtraNames: wanted.strings(), Now: s.pki.now()}); err != nil {
			return nil, err
		}
	case FlawIncomplete:
	default:
		return nil, fmt.Errorf("a server certificate cannot be %q; use %s, %s, %s or %s",
			flaw, FlawExpired, FlawWrongName, FlawUnknownRoot, FlawIncomplete)
	}
	issued, err := authorities.issueServer(wanted, end, key)
	if err != nil {
		return nil, err
	}
	cert := issued.TLS()
	if flaw == FlawIncomplete {
		cert.Certificate = cert.Certificate[:1]
	}
	return &cert, nil
}
