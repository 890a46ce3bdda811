package pki

import (
	"bytes"
	"crypto/x509"
	"time"
)

// The checks are made one by one rather than by x509.Verify, which rejects SHA-1, does not
// distinguish the kinds of rejection, and builds paths, although exactly one issuer is
// accepted.

// leafOf returns the certificate to verify; the other certificates of the peer are not
// needed.
func leafOf(r role, chain []*x509.Certificate) (*x509.Certificate, error) {
	if len(chain) == 0 || chain[0] == nil {
		return nil, r.reject(NoCertificate, nil, "the peer presented none")
	}
	return chain[0], nil
}

// checkIssuer returns an error unless ca has signed leaf.
func (p *PKI) checkIssuer(r role, leaf *x509.Certificate, ca *Authority, check signatureCheck) error {
	if issuedBy(leaf, ca) {
		if err := check(leaf, ca.Certificate); err != nil {
			return r.reject(UnknownIssuer, leaf, "it names %q but that authority's signature does not verify (%v)", leaf.Issuer.CommonName, err)
		}
		return nil
	}
	for _, row := range authorities {
		if issuedBy(leaf, *row.field(p)) {
			return r.reject(NotForThisUse, leaf, "it was issued by %q, and %s certificates come from %q",
				leaf.Issuer.CommonName, r.name, ca.Certificate.Subject.CommonName)
		}
	}
	return r.reject(UnknownIssuer, leaf, "it was issued by %q, which is not %q",
		leaf.Issuer.CommonName, ca.Certificate.Subject.CommonName)
}

// issuedBy compares names only.
func issuedBy(leaf *x509.Certificate, ca *Authority) bool {
	return bytes.Equal(leaf.RawIssuer, ca.Certificate.RawSubject)
}

// checkDates returns an error unless now is within the validity, bounds included: RFC 5280,
// 4.1.2.5.
func checkDates(r role, leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.Before(leaf.NotBefore):
		return r.reject(NotYetValid, leaf, "valid from %s, and it is %s", formatTime(leaf.NotBefore), formatTime(now))
	case now.After(leaf.NotAfter):
		return r.reject(Expired, leaf, "valid until %s, and it is %s", formatTime(leaf.NotAfter), formatTime(now))
	}
	return nil
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
