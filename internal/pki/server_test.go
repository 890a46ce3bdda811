package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dialNames are what clients put into SNI or dial: every name, with a number
// instead of each wildcard.
func dialNames() []string {
	var list []string
	for _, name := range ServerNames() {
		list = append(list, strings.Replace(name, "*", "17-courier", 1))
	}
	return list
}

func newServers(t testing.TB, p *PKI, sandbox bool, extra ...string) *Servers {
	t.Helper()
	servers, err := p.NewServers(sandbox, extra...)
	require.NoError(t, err)
	return servers
}

// modernHello is that of a client with every common ability.
func modernHello(host string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName: host, SupportedVersions: []uint16{tls.VersionTLS13}, SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	}
}

// leafFor is the leaf that such a client is shown.
func leafFor(t testing.TB, s *Servers, host string) *x509.Certificate {
	t.Helper()
	cert, err := s.Certificate(modernHello(host))
	require.NoError(t, err)
	return cert.Leaf
}

func TestHandshakeSucceedsByEveryName(t *testing.T) {
	p := newPKI(t, "apns.example.test", "*.svc.example.test", "10.1.2.3", "2001:db8::7")
	extra := []string{"apns.example.test", "x.svc.example.test", "deep.x.svc.example.test", "api.localhost", "10.1.2.3", "2001:db8::7"}
	for _, sandbox := range []bool{false, true} {
		servers := newServers(t, p, sandbox)
		for _, name := range append(dialNames(), extra...) {
			state, err := handshake(servers.Certificate, &tls.Config{RootCAs: p.RootPool(), ServerName: name})
			require.NoError(t, err, name)
			assert.Len(t, state.VerifiedChains[0], 3, "leaf, issuer, root")
		}
	}
}

// handshake connects a client to a server with the certificates, at noon.
func handshake(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error), client *tls.Config) (tls.ConnectionState, error) {
	now := func() time.Time { return noon }
	client.Time = now
	a, b := net.Pipe()
	defer a.Close()
	server := tls.Server(b, &tls.Config{GetCertificate: certificate, Time: now, SessionTicketsDisabled: true})
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer b.Close()
		_ = server.Handshake() // the client's verdict is the one that counts
	}()
	conn := tls.Client(a, client)
	err := conn.Handshake()
	a.Close()
	<-done
	return conn.ConnectionState(), err
}

// RFC 9113, 9.1.1: a client may use a connection for every name in its certificate.
func TestALeafHasTheNamesOfOneEnvironmentAndNoAddressWhereAHostIsNamed(t *testing.T) {
	p := newPKI(t, "apns.example.test", "10.1.2.3")
	for _, sandbox := range []bool{false, true} { // what the client names decides, whichever listener it has reached
		servers := newServers(t, p, sandbox)
		for host, want := range map[string][]string{
			"api.push.apple.com":               productionNames,
			"API.push.apple.com":               productionNames,
			"17-courier.push.apple.com":        productionNames,
			"api.sandbox.push.apple.com":       sandboxNames,
			"api.development.push.apple.com":   sandboxNames,
			"1-courier.sandbox.push.apple.com": sandboxNames,
			"localhost":                        {"localhost"},
			"apns.example.test":                {"apns.example.test"},
			"elsewhere.example.org":            {"localhost", "host.docker.internal", "apns.example.test"},
		} {
			leaf := leafFor(t, servers, host)
			assert.Equal(t, want, leaf.DNSNames, host)
			assert.Empty(t, leaf.IPAddresses, "%s: OTP 25 fails on addresses below an authority with name constraints", host)
			assert.Equal(t, want[0], leaf.Subject.CommonName)
		}
	}
}

func TestTheHostOfActivationHasALeafOfItsOwn(t *testing.T) {
	p := newPKI(t)
	servers := newServers(t, p, false)
	assert.True(t, p.Permits(activationHost))
	assert.Equal(t, []string{activationHost}, leafFor(t, servers, "Albert.apple.com").DNSNames)
	assert.NotContains(t, leafFor(t, servers, "").DNSNames, activationHost)

	p.Root.Certificate.PermittedDNSDomains = []string{"push.apple.com", "localhost"} // as it was made before
	assert.False(t, p.Permits(activationHost))
	assert.True(t, p.Permits("init.push.apple.com"))
	assert.NotContains(t, leafFor(t, servers, activationHost).DNSNames, activationHost, "no client would accept it")
}

func TestALeafForAClientThatNamesNoHostHasTheAddressesAndItsEnvironment(t *testing.T) {
	p := newPKI(t, "10.1.2.3")
	for sandbox, others := range map[bool]string{false: "api.sandbox.push.apple.com", true: "api.push.apple.com"} {
		servers := newServers(t, p, sandbox, "127.0.0.9")
		leaf := leafFor(t, servers, "")
		for _, name := range []string{"localhost", "127.0.0.1", "::1", "10.1.2.3", "127.0.0.9"} {
			assert.NoError(t, leaf.VerifyHostname(name))
		}
		assert.Error(t, leaf.VerifyHostname(others))
		require.NoError(t, leafFor(t, servers, "127.0.0.7").VerifyHostname("127.0.0.7"), "some clients put an address into SNI")
		assert.Error(t, leafFor(t, servers, "192.168.0.1").VerifyHostname("192.168.0.1"), "the root may not vouch for it")
	}
}

func TestAClientThatDialsAnAddressFindsIt(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	require.NoError(t, err)
	p := newPKI(t)
	hello := modernHello("")
	hello.Conn = endsAt{addr: "127.0.0.5:" + port}
	cert, err := newServers(t, p, false).Certificate(hello)
	require.NoError(t, err)
	assert.NoError(t, cert.Leaf.VerifyHostname("127.0.0.5"))
}

// endsAt is a connection that only knows where it ends.
type endsAt struct {
	net.Conn
	addr string
}

func (c endsAt) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.addr)) }

func TestServerLeafHasTheMarkersOfApplesChain(t *testing.T) {
	p := newPKI(t)
	cert, err := newServers(t, p, false).Certificate(modernHello("api.push.apple.com"))
	require.NoError(t, err)
	assert.Equal(t, "0500", extensionHex(cert.Leaf, "1.2.840.113635.100.6.27.5.2"))
	assert.Equal(t, "0500", extensionHex(cert.Leaf, "1.2.840.113635.100.6.27.5.1"), "the sandbox is served as well")
	assert.Equal(t, "0500", extensionHex(p.ServerCA.Certificate, "1.2.840.113635.100.6.2.12"))
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, cert.Leaf.ExtKeyUsage)
	assert.Equal(t, p.ServerCA.Certificate.Raw, cert.Certificate[1])
}

func TestServerLeafLastsNoLongerThanVerifiersAccept(t *testing.T) {
	leaf := leafFor(t, newServers(t, newPKI(t), false), "localhost")
	assert.LessOrEqual(t, leaf.NotAfter.Sub(leaf.NotBefore), 398*day, "https://support.apple.com/en-us/102028")
	assert.Greater(t, leaf.NotAfter.Sub(noon), 365*day)
}

// observed: clients pinned to RSA cipher suites
func TestAClientThatSupportsOnlyRSAGetsAnRSALeaf(t *testing.T) {
	p := newPKI(t)
	servers := newServers(t, p, false)
	for _, client := range []*tls.Config{
		{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}},
		{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}},
	} {
		client.RootCAs, client.ServerName = p.RootPool(), "api.push.apple.com"
		for _, certificate := range []certificateFor{servers.Certificate, func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return servers.Flawed(FlawIncomplete, h)
		}} {
			shown := client.Clone()
			shown.InsecureSkipVerify = true // the next one looks
			state, err := handshake(certificate, shown)
			require.NoError(t, err)
			assert.IsType(t, &rsa.PublicKey{}, state.PeerCertificates[0].PublicKey)
			assert.Equal(t, productionNames, state.PeerCertificates[0].DNSNames)
		}
		_, err := handshake(servers.Certificate, client)
		require.NoError(t, err)
	}
	state, err := handshake(servers.Certificate, &tls.Config{RootCAs: p.RootPool(), ServerName: "api.push.apple.com"})
	require.NoError(t, err)
	assert.IsType(t, &ecdsa.PublicKey{}, state.PeerCertificates[0].PublicKey, "others are shown P-256")
}

type certificateFor = func(*tls.ClientHelloInfo) (*tls.Certificate, error)

func TestRootDoesNotPermitOtherNames(t *testing.T) {
	p := newPKI(t, "apns.example.test")
	for _, name := range []string{"example.com", "apple.com", "www.apple.com", "notpush.apple.com", "notalbert.apple.com", "example.test", "192.168.0.1", "10.0.0.1", "::2"} {
		t.Run(name, func(t *testing.T) {
			wanted, err := parseNames([]string{name})
			require.NoError(t, err)
			id, err := p.issueServer(wanted, time.Time{}, freshEC(t))
			require.NoError(t, err, "the authority signs it: a holder of its key can do that")
			cert := id.TLS()
			_, err = handshake(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &cert, nil },
				&tls.Config{RootCAs: p.RootPool(), ServerName: name})
			var invalid x509.CertificateInvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, x509.CANotAuthorizedForThisName, invalid.Reason)

			_, err = p.NewServers(false, name)
			assert.ErrorContains(t, err, "--name "+name, "asked for openly, it is refused with the remedy")
		})
	}
	for _, a := range p.all() {
		assert.True(t, a.Certificate.PermittedDNSDomainsCritical, a.Name)
		assert.Equal(t, []string{"push.apple.com", "albert.apple.com", "localhost", "host.docker.internal", "apns.example.test"},
			a.Certificate.PermittedDNSDomains, "%s: Java reads the constraints of issuers, not of the root it trusts", a.Name)
	}
}

// observed: mbedTLS refuses critical extensions that it does not know
func TestNameConstraintsMayBeNonCritical(t *testing.T) {
	p, err := New(Options{NonCritical: true, Now: noon})
	require.NoError(t, err)
	_, err = p.SignDeviceRSA(request(t, rsaKey(t, 1024), 0, "X"))
	require.NoError(t, err)
	for _, a := range p.all() {
		assert.False(t, a.Certificate.PermittedDNSDomainsCritical, a.Name)
		assert.NotEmpty(t, a.Certificate.PermittedDNSDomains, "%s: who knows constraints heeds them", a.Name)
	}
	_, err = handshake(newServers(t, p, false).Certificate, &tls.Config{RootCAs: p.RootPool(), ServerName: "localhost"})
	assert.NoError(t, err)
}

func TestALeafIsKeptAsLongAsItLasts(t *testing.T) {
	p := newPKI(t)
	servers := newServers(t, p, false)
	first := leafFor(t, servers, "localhost")
	assert.Same(t, first, leafFor(t, servers, "LOCALHOST"))
	assert.Same(t, leafFor(t, servers, "api.push.apple.com"), leafFor(t, servers, "api-broadcast.push.apple.com"))

	p.Now = func() time.Time { return first.NotAfter.Add(-time.Hour) }
	assert.True(t, leafFor(t, servers, "localhost").NotAfter.After(first.NotAfter), "it was about to expire")
}

func TestLeavesForNamesThatClientsMakeUpAreNotKeptWithoutBound(t *testing.T) {
	servers := newServers(t, newPKI(t), false)
	for i := range 2*maxLeaves + 1 {
		leafFor(t, servers, fmt.Sprintf("n%d.localhost", i))
		require.LessOrEqual(t, len(servers.leaves), maxLeaves)
	}
}

func TestInvalidHostNameIsRejected(t *testing.T) {
	for _, name := range []string{
		"", ".", "*", "*.", "a..b", "https://apns", "apns:2197", "apns/x", "ap ns", "a.*.b", "bücher.example",
		"fe80::1%eth0", "[::1]", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "aaa",
	} {
		_, err := New(Options{ExtraNames: []string{name}})
		assert.ErrorContains(t, err, "neither a host name nor an IP address", "%q", name)
	}
}

func TestManyClientsAskForLeavesAtOnce(t *testing.T) {
	servers := newServers(t, newPKI(t), false)
	hosts := []string{"", "localhost", "api.push.apple.com", "api.sandbox.push.apple.com", "x.localhost"}
	leaves := make([]*x509.Certificate, 8*len(hosts))
	var asking sync.WaitGroup
	for i := range leaves {
		asking.Go(func() {
			if cert, err := servers.Certificate(modernHello(hosts[i%len(hosts)])); err == nil {
				leaves[i] = cert.Leaf
			}
		})
	}
	asking.Wait()
	for i, leaf := range leaves {
		require.NotNil(t, leaf)
		assert.Same(t, leaves[i%len(hosts)], leaf, "each name has one")
		assert.IsType(t, &ecdsa.PublicKey{}, leaf.PublicKey, "no RSA key is made")
	}
}

func TestANameThatNoCertificateCanHaveIsToldOnce(t *testing.T) {
	servers := newServers(t, newPKI(t, "apns.example.test"), false)
	var asked []string
	servers.Uncovered = func(host string) { asked = append(asked, host) }
	for _, host := range []string{"apns.example.test", "localhost", "api.push.apple.com", "", "127.0.0.1", "apns-sim", "APNS-SIM", "apns-sim", "other.example"} {
		leafFor(t, servers, host)
	}
	assert.Equal(t, []string{"apns-sim", "other.example"}, asked)
	for i := range 1000 {
		leafFor(t, servers, fmt.Sprintf("%d.example", i))
	}
	assert.Len(t, asked, maxLeaves, "clients may make names up")
}
