package pki

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACarefulClientRejectsAFlawedCertificate(t *testing.T) {
	p := newPKI(t)
	servers := newServers(t, p, false)
	for flaw, want := range map[Flaw]string{
		FlawExpired:     "certificate has expired or is not yet valid",
		FlawWrongName:   "certificate is valid for wrong-name.localhost, not localhost",
		FlawUnknownRoot: "certificate signed by unknown authority",
		FlawIncomplete:  "certificate signed by unknown authority",
	} {
		cert := func(h *tls.ClientHelloInfo) (*tls.Certificate, error) { return servers.Flawed(flaw, h) }
		_, err := handshake(cert, &tls.Config{RootCAs: p.RootPool(), ServerName: "localhost"})
		assert.ErrorContains(t, err, want, flaw)
		state, err := handshake(cert, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
		require.NoError(t, err, "a careless one does not notice")
		assert.Len(t, state.PeerCertificates, map[bool]int{false: 2, true: 1}[flaw == FlawIncomplete])
	}
	_, err := servers.Flawed("old", modernHello("localhost"))
	assert.EqualError(t, err, `a server certificate cannot be "old"; use expired, wrong-name, unknown-root or incomplete`)
}
