package pki

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
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

func TestHandshakeSucceedsByEveryName(t *testing.T) {
	p := newPKI(t, "apns.example.test", "*.svc.example.test", "10.1.2.3", "2001:db8::7")
	cert, err := p.ServerCertificate()
	require.NoError(t, err)
	extra := []string{"apns.example.test", "x.svc.example.test", "10.1.2.3", "2001:db8::7"}
	for _, name := range append(dialNames(), extra...) {
		t.Run(name, func(t *testing.T) {
			state, err := handshake(cert, &tls.Config{RootCAs: p.RootPool(), ServerName: name})
			require.NoError(t, err)
			assert.Len(t, state.VerifiedChains[0], 3, "leaf, issuer, root")
		})
	}
}

// handshake connects a client to a server with the certificate, at noon.
func handshake(cert *tls.Certificate, client *tls.Config) (tls.ConnectionState, error) {
	now := func() time.Time { return noon }
	client.Time = now
	a, b := net.Pipe()
	defer a.Close()
	server := tls.Server(b, &tls.Config{Certificates: []tls.Certificate{*cert}, Time: now, SessionTicketsDisabled: true})
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

func TestServerLeafHasTheMarkersOfApplesChain(t *testing.T) {
	p := newPKI(t)
	cert, err := p.ServerCertificate()
	require.NoError(t, err)
	assert.Equal(t, "0500", extensionHex(cert.Leaf, "1.2.840.113635.100.6.27.5.2"))
	assert.Equal(t, "0500", extensionHex(cert.Leaf, "1.2.840.113635.100.6.27.5.1"), "the sandbox is served as well")
	assert.Equal(t, "0500", extensionHex(p.ServerCA.Certificate, "1.2.840.113635.100.6.2.12"))
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, cert.Leaf.ExtKeyUsage)
	assert.Equal(t, p.ServerCA.Certificate.Raw, cert.Certificate[1])
}

func TestServerLeafLastsNoLongerThanVerifiersAccept(t *testing.T) {
	cert, err := newPKI(t).ServerCertificate()
	require.NoError(t, err)
	assert.LessOrEqual(t, cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore), 398*day, "https://support.apple.com/en-us/102028")
	assert.Greater(t, cert.Leaf.NotAfter.Sub(noon), 365*day)
}

func TestRootCannotVouchForOtherNames(t *testing.T) {
	p := newPKI(t, "apns.example.test")
	for _, name := range []string{"example.com", "apple.com", "www.apple.com", "notpush.apple.com", "example.test", "192.168.0.1", "10.0.0.1", "::2"} {
		t.Run(name, func(t *testing.T) {
			wanted, err := parseNames([]string{name})
			require.NoError(t, err)
			id, err := p.issueServer(wanted, time.Time{})
			require.NoError(t, err, "the authority signs it: whoever has its key can do that")
			cert := id.TLS()
			_, err = handshake(&cert, &tls.Config{RootCAs: p.RootPool(), ServerName: name})
			var invalid x509.CertificateInvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, x509.CANotAuthorizedForThisName, invalid.Reason)

			_, err = p.ServerCertificate(name)
			assert.ErrorContains(t, err, "--name "+name, "asked for openly, it is refused with the remedy")
		})
	}
	for _, a := range p.all() {
		assert.True(t, a.Certificate.PermittedDNSDomainsCritical, a.Name)
		assert.Equal(t, []string{"push.apple.com", "localhost", "host.docker.internal", "apns.example.test"},
			a.Certificate.PermittedDNSDomains, "%s: Java reads the constraints of issuers, not of the root it trusts", a.Name)
	}
}

func TestServerCertificateIsKeptUntilMoreIsAsked(t *testing.T) {
	p := newPKI(t)
	first, err := p.ServerCertificate()
	require.NoError(t, err)
	again, err := p.ServerCertificate("localhost", "LOCALHOST.", "::ffff:127.0.0.1")
	require.NoError(t, err)
	assert.Equal(t, first.Leaf, again.Leaf, "the names are the same ones")

	more, err := p.ServerCertificate("2.courier.push.apple.com", "127.0.0.9")
	require.NoError(t, err, "within the constraints")
	assert.NotEqual(t, first.Leaf.SerialNumber, more.Leaf.SerialNumber)
	assert.NoError(t, more.Leaf.VerifyHostname("127.0.0.9"))

	p.Now = func() time.Time { return more.Leaf.NotAfter.Add(-time.Hour) }
	renewed, err := p.ServerCertificate()
	require.NoError(t, err)
	assert.True(t, renewed.Leaf.NotAfter.After(more.Leaf.NotAfter), "it was about to expire")
}

func TestNameThatIsNoNameIsRefused(t *testing.T) {
	for _, name := range []string{
		"", ".", "*", "*.", "a..b", "https://apns", "apns:2197", "apns/x", "ap ns", "a.*.b", "bücher.example",
		"fe80::1%eth0", "[::1]", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "aaa",
	} {
		_, err := New(Options{ExtraNames: []string{name}})
		assert.ErrorContains(t, err, "neither a host name nor an IP address", "%q", name)
	}
}
