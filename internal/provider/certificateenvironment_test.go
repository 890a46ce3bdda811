package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// observed: sideshow/apns2#93, sideshow/apns2#117, jchambers/pushy#312.
func TestACertificateOfTheOtherEnvironmentEndsTheConnection(t *testing.T) {
	w := newFixture(t)
	c := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team, Sandbox: true}))
	c.write(w.good())
	for f := c.frame(); f != nil; f = c.frame() {
		require.NotEqual(t, http2.FrameHeaders, f.Header().Type, "the request is not answered")
	}
	require.NotEmpty(t, c.goAways)
	for _, got := range c.goAways {
		require.Equal(t, goAway{http2.ErrCodeNo, 0, `{"reason":"BadCertificateEnvironment"}`}, got)
	}
	require.Empty(t, w.broker.pushes)
}
