package pki

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"time"
)

// serverRenewal is how long before its end a server certificate is replaced.
const serverRenewal = day

// ServerCertificate returns a certificate for every name of [ServerNames], the
// extra names of [Options] and those given here, with its issuer in the chain.
// The same one is returned as long as it lasts and covers what is asked for.
// A name outside the root's constraints is an error.
func (p *PKI) ServerCertificate(extra ...string) (*tls.Certificate, error) {
	id, err := p.serverIdentity(extra...)
	if err != nil {
		return nil, err
	}
	cert := id.TLS()
	return &cert, nil
}

func (p *PKI) serverIdentity(extra ...string) (*Identity, error) {
	wanted, err := parseNames(serverNames, p.extra, extra)
	if err != nil {
		return nil, err
	}
	if err := wanted.permittedBy(p.Root.Certificate); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil && p.lasts(p.server.Certificate) && wanted.coveredBy(p.server.Certificate) {
		return p.server, nil
	}
	issued, err := p.issueServer(wanted, time.Time{})
	if err != nil {
		return nil, err
	}
	p.server = issued
	return issued, nil
}

// lasts reports whether the certificate is good now and for some time.
func (p *PKI) lasts(cert *x509.Certificate) bool {
	now := p.now()
	return !now.Before(cert.NotBefore) && now.Add(serverRenewal).Before(cert.NotAfter)
}

// issueServer issues a server certificate that ends at a time, or when such
// certificates do if that is zero.
func (p *PKI) issueServer(n names, end time.Time) (*Identity, error) {
	key, err := NewKey()
	if err != nil {
		return nil, err
	}
	template := leafTemplate(p.now(), serverLife)
	if !end.IsZero() {
		template.NotBefore, template.NotAfter = end.Add(-serverLife), end
	}
	template.Subject = pkix.Name{CommonName: serverNames[0], Organization: []string{organization}}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.ExtraExtensions = markers(oidServerTest, oidServer)
	template.DNSNames = n.hosts
	for _, addr := range n.addresses {
		template.IPAddresses = append(template.IPAddresses, addr.AsSlice())
	}
	leaf, err := p.ServerCA.issue(template, key.Public())
	if err != nil {
		return nil, err
	}
	return newIdentity(leaf, p.ServerCA, key), nil
}
