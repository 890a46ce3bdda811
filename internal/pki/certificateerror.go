package pki

import (
	"crypto/x509"
	"fmt"
)

// A Kind says why a certificate is rejected.
type Kind uint8

// The reasons for rejecting a certificate.
const (
	NoCertificate Kind = iota + 1 // none was presented
	UnknownIssuer                 // not signed by the authority in question
	NotYetValid
	Expired
	NotForThisUse // issued by the simulator for another use
	Malformed     // an extension or a subject cannot be read
	Revoked
)

// kinds has the name and the remedy of each kind. The remedy is completed with the command
// for the owner of the certificate.
var kinds = map[Kind]struct{ name, remedy string }{
	NoCertificate: {"no certificate", "present one: %s"},
	UnknownIssuer: {"unknown issuer", "authorities in memory change with every start: start with --certs to keep them, then %s"},
	NotYetValid:   {"not yet valid", "check the simulator's clock, or %s"},
	Expired:       {"expired", "%s"},
	NotForThisUse: {"not for this use", "%s"},
	Malformed:     {"malformed", "%s"},
	Revoked:       {"revoked", "%s"},
}

func (k Kind) String() string {
	if row, ok := kinds[k]; ok {
		return row.name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A role is the use for which a certificate is verified.
type role struct {
	name   string
	remedy string
}

var (
	providerRole = role{"provider", "issue a new one with `apns-sim cert`"}
	deviceRole   = role{"device", "activate the device again to get a new one"}
)

// A CertificateError is the rejection of a certificate that a peer presented.
type CertificateError struct {
	Kind    Kind
	Subject string // common name; empty when there is no certificate
	Detail  string // what is wrong with it
	role    role
}

// Error has the problem, the certificate and the remedy.
func (e *CertificateError) Error() string {
	subject := ""
	if e.Subject != "" {
		subject = fmt.Sprintf(" %q", e.Subject)
	}
	return fmt.Sprintf("%s certificate%s: %s: %s: %s", e.role.name, subject, e.Kind, e.Detail, e.Remedy())
}

// Remedy returns what the owner of the certificate can do.
func (e *CertificateError) Remedy() string {
	return fmt.Sprintf(kinds[e.Kind].remedy, e.role.remedy)
}

// reject makes the error for a certificate; a nil one was not presented.
func (r role) reject(kind Kind, cert *x509.Certificate, format string, args ...any) *CertificateError {
	e := &CertificateError{Kind: kind, Detail: fmt.Sprintf(format, args...), role: r}
	if cert != nil {
		e.Subject = cert.Subject.CommonName
	}
	return e
}
