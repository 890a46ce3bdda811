package main

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestATokenIsMadeWhereOthersReachTheControlAPI(t *testing.T) {
	const given = "given-by-the-owner"
	for _, tc := range []struct {
		name, listen, token string
		anyPort, want       bool
	}{
		{"every interface", "0.0.0.0:8197", "", false, true},
		{"every interface, in short", ":8197", "", false, true},
		{"every interface of IPv6", "[::]:8197", "", false, true},
		{"another interface", "10.0.0.7:8197", "", false, true},
		{"a name that leads anywhere", "example.com:8197", "", false, true},
		{"loopback", "127.0.0.1:8197", "", false, false},
		{"loopback of IPv6", "[::1]:8197", "", false, false},
		{"localhost", "localhost:0", "", false, false},
		{"any port is on loopback", "0.0.0.0:8197", "", true, false},
		{"closed", sim.Off, "", false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serveCommand{listenFlags: listenFlags{ListenControl: tc.listen, AnyPort: tc.anyPort}}
			token := s.controlToken()
			assert.Equal(t, tc.want, token != "")
			if tc.want {
				assert.NotEqual(t, token, s.controlToken())
				assert.GreaterOrEqual(t, len(token), 26, "130 bits")
			}
			s.ControlToken = given
			assert.Equal(t, given, s.controlToken())
		})
	}
}

func ask(t *testing.T, s *server, path, host, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Control+path, nil)
	require.NoError(t, err)
	request.Host = host
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

func TestBoundWiderThanLoopbackTheControlAPIDemandsItsToken(t *testing.T) {
	files := t.TempDir()
	args := []string{"--files", files, "--name", "apns.localhost", "--log-level", "debug"}
	for _, d := range sim.Listeners() {
		args = append(args, "--"+d.Flag, "127.0.0.1:0")
	}
	s := serve(t, append(args, "--listen-control", "0.0.0.0:0")...)
	assert.Equal(t, filepath.Join(files, "control.token"), s.ControlTokenFile)
	wantMode(t, s.ControlTokenFile, 0o600)
	text, err := os.ReadFile(s.ControlTokenFile)
	require.NoError(t, err)
	token := strings.TrimSpace(string(text))

	assert.Equal(t, http.StatusUnauthorized, ask(t, s, "/v1/info", "localhost", ""))
	assert.Equal(t, http.StatusOK, ask(t, s, "/v1/info", "localhost", token))
	assert.Equal(t, http.StatusOK, ask(t, s, "/v1/info", "apns.localhost", token))
	assert.Equal(t, http.StatusMisdirectedRequest, ask(t, s, "/v1/info", "evil.example", token))
	assert.Equal(t, http.StatusMisdirectedRequest, ask(t, s, "/v1/info", "0.0.0.0", token), "reaches loopback on some systems")
	assert.Equal(t, http.StatusOK, ask(t, s, "/readyz", "localhost", ""), "health checks have no secrets")
	assert.Equal(t, http.StatusOK, ask(t, s, "/readyz", "10.1.2.3", ""), "the address of a pod")
	assert.Equal(t, http.StatusOK, ask(t, s, "/metrics", "10.1.2.3", token))
	assert.Equal(t, http.StatusUnauthorized, ask(t, s, "/metrics", "10.1.2.3", ""))
	assert.Equal(t, http.StatusOK, ask(t, s, "/v1/info", "host.docker.internal", token))

	refused := invoke(t, "send", "--control", s.Control, "--token", strange)
	assert.Contains(t, refused.stderr, "401 Unauthorized; set the token with --control-token")
	pushed := invoke(t, "send", "--control", s.Control, "--control-token", token, "--token", strange)
	assert.Contains(t, pushed.stdout+pushed.stderr, "BadDeviceToken", "the provider API was found")

	assert.NotContains(t, s.record, token)
	assert.NotContains(t, s.stop().stderr, token, "a secret is not for the log")
}

func TestEveryPartOfTheControlAPIIsGiven(t *testing.T) {
	simulator, err := sim.New(sim.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, simulator.Close()) })
	parts := reflect.ValueOf(controlParts(simulator, nil, new(webhooks)))
	for i := range parts.NumField() {
		assert.False(t, parts.Field(i).IsZero(), "control.Parts.%s is nil, so that its routes do not exist", parts.Type().Field(i).Name)
	}
}
