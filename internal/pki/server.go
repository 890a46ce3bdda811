package pki

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// serverRenewal is how long before its end a server certificate is replaced.
const serverRenewal = day

// maxLeaves is the maximum number of leaves that are kept. There is one for each name that
// clients send in SNI, and they may send any name.
const maxLeaves = 256

// Servers has the certificates that the listeners of one environment show. A leaf is
// made when a client first asks for its names, and is kept.
type Servers struct {
	pki     *PKI
	sandbox bool
	own     names // of this server, beside Apple's

	// Uncovered is called once for each name in SNI that no certificate can have. It may be
	// nil, and is set before the first connection.
	Uncovered func(host string)

	keyP256 func() (crypto.Signer, error)
	keyRSA  func() (crypto.Signer, error)

	mu        sync.Mutex
	leaves    map[leafKey]*tls.Certificate
	uncovered map[string]bool // names for which Uncovered was called
}

// A leafKey identifies a leaf.
type leafKey struct {
	names string
	rsa   bool
}

// NewServers returns the certificates of the listeners of an environment. Besides
// [ServerNames] and [Options.ExtraNames] they are for the names given here. A name
// outside the root's constraints is an error.
func (p *PKI) NewServers(sandbox bool, extra ...string) (*Servers, error) {
	own, err := parseNames(localNames, p.extra, extra)
	if err != nil {
		return nil, err
	}
	if err := own.permittedBy(p.Root.Certificate); err != nil {
		return nil, err
	}
	own.hosts = slices.DeleteFunc(own.hosts, IsApples) // which have leaves of their own
	return &Servers{
		pki: p, sandbox: sandbox, own: own, leaves: make(map[leafKey]*tls.Certificate), uncovered: make(map[string]bool),
		keyP256: onceKey(false), keyRSA: onceKey(true),
	}, nil
}

func onceKey(useRSA bool) func() (crypto.Signer, error) {
	return sync.OnceValues(func() (crypto.Signer, error) { return freshKey(useRSA) })
}

// Certificate returns the certificate to show to a client, for
// [tls.Config.GetCertificate]: P-256, or RSA for a client that can do nothing else.
// It is for the host that the client names and, if that is one of Apple's, for the
// others of the same environment: a client that reuses a connection for every name
// in the certificate (RFC 9113, 9.1.1) must not take it for the other environment.
// It has IP addresses only for clients that name no host: Erlang/OTP 25 fails on
// addresses below an authority with name constraints (observed: ssl 10.9).
func (s *Servers) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	n := s.namesFor(hello)
	leaf, err := s.leaf(n, false)
	if err != nil || canECDSA(hello, leaf) {
		return leaf, err
	}
	return s.leaf(n, true)
}

// canECDSA reports whether a client supports the P-256 certificate.
func canECDSA(hello *tls.ClientHelloInfo, leaf *tls.Certificate) bool {
	anyName := *hello
	anyName.ServerName = "" // the client checks the name
	return anyName.SupportsCertificate(leaf) == nil
}

// leaf returns the certificate for the names, and makes one unless there is one that is
// valid for long enough.
func (s *Servers) leaf(n names, useRSA bool) (*tls.Certificate, error) {
	key, err := s.key(useRSA)
	if err != nil {
		return nil, err
	}
	at := leafKey{strings.Join(n.strings(), " "), useRSA}
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept := s.leaves[at]; kept != nil && s.pki.lasts(kept.Leaf) {
		return kept, nil
	}
	issued, err := s.pki.issueServer(n, time.Time{}, key)
	if err != nil {
		return nil, err
	}
	if len(s.leaves) >= maxLeaves {
		clear(s.leaves)
	}
	cert := issued.TLS()
	s.leaves[at] = &cert
	return &cert, nil
}

// key returns the key of the certificates. An RSA key takes long to make, so it is
// made for the first client that needs one.
func (s *Servers) key(useRSA bool) (crypto.Signer, error) {
	if useRSA {
		return s.keyRSA()
	}
	return s.keyP256()
}

// namesFor returns the names of the certificate for a client.
func (s *Servers) namesFor(hello *tls.ClientHelloInfo) names {
	host := strings.ToLower(hello.ServerName)
	if _, err := netip.ParseAddr(host); host == "" || err == nil {
		return s.allNames(host, hello.Conn)
	}
	for _, group := range [][]string{productionNames, sandboxNames, activationNames} {
		if coversHost(group, host) && s.pki.Permits(host) {
			return names{hosts: group}
		}
	}
	named := names{hosts: []string{host}}
	if validHost(host) && named.permittedBy(s.pki.Root.Certificate) == nil {
		return named
	}
	s.tellUncovered(host)
	return names{hosts: s.own.hosts} // the error of the client shows the names there are
}

// tellUncovered calls Uncovered once for a name that no certificate has, and for
// [maxLeaves] names at most.
func (s *Servers) tellUncovered(host string) {
	s.mu.Lock()
	known := s.uncovered[host] || len(s.uncovered) >= maxLeaves
	if !known {
		s.uncovered[host] = true
	}
	s.mu.Unlock()
	if !known && s.Uncovered != nil {
		s.Uncovered(host)
	}
}

// allNames are the names for a client without SNI: it may have dialed any of them, or the
// address of its connection.
func (s *Servers) allNames(address string, conn net.Conn) names {
	apples := productionNames
	if s.sandbox {
		apples = sandboxNames
	}
	n := names{hosts: slices.Concat(apples, s.own.hosts), addresses: slices.Clone(s.own.addresses)}
	if address == "" && conn != nil {
		address, _, _ = net.SplitHostPort(conn.LocalAddr().String()) // "" where the network has no addresses
	}
	if dialed, err := parseNames([]string{address}); err == nil && len(dialed.addresses) == 1 && dialed.permittedBy(s.pki.Root.Certificate) == nil {
		n.addAddress(dialed.addresses[0])
	}
	return n
}

// issueServer issues a server certificate that ends at a time, or when such
// certificates do if that is zero.
func (p *PKI) issueServer(n names, end time.Time, key crypto.Signer) (*Identity, error) {
	template := leafTemplate(p.now(), serverLife)
	if !end.IsZero() {
		template.NotBefore, template.NotAfter = end.Add(-serverLife), end
	}
	template.Subject = pkix.Name{CommonName: n.commonName(), Organization: []string{organization}}
	template.ExtKeyUsage = serverAuth
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

// lasts reports whether the certificate is good now and for some time.
func (p *PKI) lasts(cert *x509.Certificate) bool {
	now := p.now()
	return !now.Before(cert.NotBefore) && now.Add(serverRenewal).Before(cert.NotAfter)
}

// commonName is the first host that fits into one.
func (n names) commonName() string {
	for _, host := range n.hosts {
		if utf8.RuneCountInString(host) <= maxCommonName {
			return host
		}
	}
	return ""
}
