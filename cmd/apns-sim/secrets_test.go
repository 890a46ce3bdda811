package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// Provider tokens are shown decoded and without their signature, private keys
// never: neither by a route of the control API nor in the log.
func TestNoSecretIsInAnyResponseOrInTheLog(t *testing.T) {
	dir := initialized(t)
	s := serve(t, "--any-port", "--certs", dir, "--log-level", "debug")
	keyText, err := os.ReadFile(s.DefaultTeam.KeyFile)
	require.NoError(t, err)
	key, err := pki.ParseP8(keyText)
	require.NoError(t, err)
	good, err := providerauth.Sign(key, sim.DefaultKey, sim.DefaultTeam, time.Now())
	require.NoError(t, err)
	old, err := providerauth.Sign(key, sim.DefaultKey, sim.DefaultTeam, time.Now().Add(-2*time.Hour))
	require.NoError(t, err)
	foreign, err := providerauth.Sign(key, sim.DefaultKey, "NOBODY0001", time.Now())
	require.NoError(t, err)
	const basic = "dXNlcjpzZWNyZXQtb2YtdGhlLXVzZXI="

	root, err := os.ReadFile(s.CAFile)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(root))
	token := issued(t, dir, apns.Production)
	for value, status := range map[string]int{
		"bearer " + good: 200, "bearer " + old: 403, "bearer " + foreign: 403, "Basic " + basic: 403, basic: 403,
	} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Provider+"/3/device/"+token, strings.NewReader(`{"aps":{}}`))
		require.NoError(t, err)
		request.Header.Set("authorization", value)
		request.Header.Set("apns-topic", sim.DefaultTopic)
		response, err := transport.RoundTrip(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode)
		transport.CloseIdleConnections()
	}

	secrets := []string{basic, strings.Split(string(keyText), "\n")[1]}
	for _, jwt := range []string{good, old, foreign} {
		secrets = append(secrets, jwt, jwt[strings.LastIndexByte(jwt, '.')+1:])
	}
	clean := func(where, text string) {
		for _, secret := range secrets {
			assert.NotContains(t, text, secret, where)
		}
		assert.NotContains(t, text, "PRIVATE KEY", where)
	}
	c := &contract{server: s, dir: dir}
	for _, path := range []string{"/v1/info", "/v1/notifications", "/v1/notifications/count", "/v1/events?after=0&limit=11", "/v1/notifications/wait?count=9&timeout=0"} {
		_, _, content := c.send(t, http.MethodGet, path, "", nil)
		clean(path, string(content))
	}
	for _, number := range []string{"1", "2", "3", "4", "5"} {
		status, _, content := c.send(t, http.MethodGet, "/v1/notifications/"+number, "", nil)
		require.Equal(t, 200, status)
		require.Contains(t, string(content), `"credential"`)
		clean(number, string(content))
	}
	clean("the log", s.stop().stderr)
}
