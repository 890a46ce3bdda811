package integration_test

import (
	"crypto/ecdsa"
	"crypto/tls"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// tokenClient is sideshow/apns2 with the default team's key, pointed at the
// simulator as its users do it.
func (s *simulator) tokenClient(t *testing.T, environment string) *apns2.Client {
	t.Helper()
	key := s.demoKey()
	return s.point(t, apns2.NewTokenClient(&token.Token{AuthKey: key, KeyID: s.Demo.KeyID, TeamID: s.Demo.TeamID}), environment)
}

// certificateClient is sideshow/apns2 with a provider certificate.
func (s *simulator) certificateClient(t *testing.T, environment string, certificate tls.Certificate) *apns2.Client {
	t.Helper()
	return s.point(t, apns2.NewClient(certificate), environment)
}

// point sets Host and the trusted root, and nothing else.
//
//nolint:staticcheck // The deprecated transport is what sideshow/apns2 has.
func (s *simulator) point(t *testing.T, c *apns2.Client, environment string) *apns2.Client {
	t.Helper()
	c.Host = s.provider(environment)
	transport, ok := c.HTTPClient.Transport.(*http2.Transport)
	require.True(t, ok)
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = new(tls.Config)
	}
	transport.TLSClientConfig.RootCAs = s.roots
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// push sends an alert and wants it accepted. It returns the bytes that
// sideshow/apns2 makes of the payload, and the response.
func push(t *testing.T, c *apns2.Client, n *apns2.Notification) ([]byte, *apns2.Response) {
	t.Helper()
	response, err := c.PushWithContext(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, 200, response.StatusCode, response.Reason)
	payload, err := json.Marshal(n) // as the client does
	require.NoError(t, err)
	return payload, response
}

// demoKey is the default team's key.
func (s *simulator) demoKey() *ecdsa.PrivateKey {
	s.t.Helper()
	key, err := token.AuthKeyFromFile(s.Demo.KeyFile)
	require.NoError(s.t, err)
	return key
}

// bearer is a provider token made by golang-jwt.
func bearer(t testing.TB, key *ecdsa.PrivateKey, keyID, teamID string) string {
	t.Helper()
	return bearerAt(t, key, keyID, teamID, time.Now())
}

// demoBearer is a provider token of the default team, always the same: a new one
// may come every 20 minutes, "Establishing a token-based connection to APNs".
func (s *simulator) demoBearer() string {
	s.t.Helper()
	s.once.Do(func() { s.bearer = bearer(s.t, s.demoKey(), s.Demo.KeyID, s.Demo.TeamID) })
	return s.bearer
}

// aPush is a push to a device's first app, whose payload is a JSON string.
func aPush(sim *simulator, to *deviceProcess, text string) *apns2.Notification {
	return &apns2.Notification{DeviceToken: to.token, Topic: sim.Demo.Topic, Payload: strconv.AppendQuote(nil, text)}
}

// providerKey is the key of a provider certificate.
func providerKey(t *testing.T, certificate tls.Certificate) *ecdsa.PrivateKey {
	t.Helper()
	key, ok := certificate.PrivateKey.(*ecdsa.PrivateKey)
	require.True(t, ok)
	return key
}
