package pki

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACarefulClientRefusesAFlawedCertificate(t *testing.T) {
	p := newPKI(t)
	for flaw, want := range map[Flaw]string{
		FlawExpired:     "certificate has expired or is not yet valid",
		FlawWrongName:   "certificate is valid for somewhere.else.invalid, not localhost",
		FlawUnknownRoot: "certificate signed by unknown authority",
		FlawIncomplete:  "certificate signed by unknown authority",
	} {
		cert, err := p.FlawedServerCertificate(flaw)
		require.NoError(t, err)
		_, err = handshake(cert, &tls.Config{RootCAs: p.RootPool(), ServerName: "localhost"})
		assert.ErrorContains(t, err, want, flaw)
		state, err := handshake(cert, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
		require.NoError(t, err, "a careless one does not notice")
		assert.Len(t, state.PeerCertificates, map[bool]int{false: 2, true: 1}[flaw == FlawIncomplete])
	}
	_, err := p.FlawedServerCertificate("old")
	assert.EqualError(t, err, `pki: a server certificate cannot be "old"; use expired, wrong-name, unknown-root or incomplete`)
}
