package truststore

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // Windows identifies certificates by it.
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Root is a root certificate that may be installed.
type Root struct {
	Certificate *x509.Certificate
}

// ParseRoot reads a root in PEM. It rejects what is not one root with name constraints.
func ParseRoot(text []byte) (Root, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return Root{}, errors.New("there is no certificate in PEM")
	}
	if more, _ := pem.Decode(rest); more != nil {
		return Root{}, errors.New("there is more than one certificate or a key; give the root certificate alone")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Root{}, err
	}
	r := Root{certificate}
	return r, r.check()
}

// check rejects a certificate that should not be trusted by a whole system.
func (r Root) check() error {
	c := r.Certificate
	switch {
	case !c.IsCA || !bytes.Equal(c.RawIssuer, c.RawSubject) || c.CheckSignatureFrom(c) != nil:
		return fmt.Errorf("%s is not a root certificate", c.Subject)
	case len(c.PermittedDNSDomains) == 0 || slices.Contains(c.PermittedDNSDomains, ""):
		return fmt.Errorf("%s has no name constraints for host names: whoever has its key could impersonate any host, so it is not installed", c.Subject)
	case len(c.PermittedIPRanges) == 0 && len(c.ExcludedIPRanges) < 2:
		return fmt.Errorf("%s has no name constraints for IP addresses: whoever has its key could impersonate any address, so it is not installed", c.Subject)
	}
	return nil
}

// Name is the name under which the root is installed; no other root has it.
func (r Root) Name() string {
	sum := sha256.Sum256(r.Certificate.Raw)
	return "apns-sim-" + hex.EncodeToString(sum[:8])
}

// Names lists what the root may issue certificates for.
func (r Root) Names() string {
	names := slices.Clone(r.Certificate.PermittedDNSDomains)
	for _, network := range r.Certificate.PermittedIPRanges {
		names = append(names, network.String())
	}
	return strings.Join(names, ", ")
}

// SHA256 is the fingerprint, in upper case.
func (r Root) SHA256() string { return fmt.Sprintf("%X", sha256.Sum256(r.Certificate.Raw)) }

// sha1 is the thumbprint by which Windows knows a certificate.
func (r Root) sha1() string { return fmt.Sprintf("%X", sha1.Sum(r.Certificate.Raw)) } //nolint:gosec // As above.

// pem writes the certificate.
func (r Root) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate.Raw})
}
