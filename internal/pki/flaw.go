package pki

import (
	"crypto/tls"
	"fmt"
	"slices"
	"time"
)

// A Flaw is what is wrong with a server certificate that a careful client refuses.
type Flaw string

// The flaws.
const (
	FlawExpired     Flaw = "expired"      // it ended yesterday
	FlawWrongName   Flaw = "wrong-name"   // it is for another host
	FlawUnknownRoot Flaw = "unknown-root" // its chain ends in a root that nobody has
	FlawIncomplete  Flaw = "incomplete"   // its issuer is missing
)

// wrongName is the only name in a certificate with FlawWrongName.
const wrongName = "somewhere.else.invalid"

// FlawedServerCertificate makes a server certificate, otherwise as
// [PKI.ServerCertificate] makes it, with a flaw.
func (p *PKI) FlawedServerCertificate(flaw Flaw, extra ...string) (*tls.Certificate, error) {
	wanted, err := parseNames(serverNames, p.extra, extra)
	if err != nil {
		return nil, err
	}
	authorities, end := p, time.Time{}
	switch flaw {
	case FlawExpired:
		end = p.now().Add(-day)
	case FlawWrongName:
		wanted = names{hosts: []string{wrongName}}
	case FlawUnknownRoot:
		if authorities, err = New(Options{ExtraNames: slices.Concat(p.extra, extra), Now: p.now()}); err != nil {
			return nil, err
		}
	case FlawIncomplete:
	default:
		return nil, fmt.Errorf("pki: a server certificate cannot be %q; use %s, %s, %s or %s",
			flaw, FlawExpired, FlawWrongName, FlawUnknownRoot, FlawIncomplete)
	}
	issued, err := authorities.issueServer(wanted, end)
	if err != nil {
		return nil, err
	}
	cert := issued.TLS()
	if flaw == FlawIncomplete {
		cert.Certificate = cert.Certificate[:1]
	}
	return &cert, nil
}
