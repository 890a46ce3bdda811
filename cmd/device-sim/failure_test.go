package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func publicKey(t *testing.T, c *courier.Connect) string {
	require.NotEmpty(t, c.Certificates)
	leaf, err := x509.ParseCertificate(c.Certificates[0])
	require.NoError(t, err)
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:])
}

// deadAddress is an address nobody listens at.
func deadAddress(t *testing.T) string {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	return s.Listener.Addr().String()
}

func TestFailuresHaveTheirExitCodeAndARemedy(t *testing.T) {
	sim := newSimulator(t)
	dead := deadAddress(t)
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	broken := filepath.Join(dir, "state")
	require.NoError(t, os.Mkdir(broken, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(broken, keyFile), []byte("no key"), 0o600))
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/ca.pem" {
			sim.responseRoot(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, err := io.WriteString(w, `{"title":"Unprocessable Entity","status":422,"detail":"topics[0] is taken"}`)
		assert.NoError(t, err)
	}))
	defer refusing.Close()
	other := httptest.NewServer(http.HandlerFunc(sim.responseRoot))
	defer other.Close()
	ca := filepath.Join(dir, "ca.pem")
	require.NoError(t, os.WriteFile(ca, newSimulator(t).rootPEM(), 0o600))

	for _, tc := range []struct {
		name   string
		args   []string
		code   int
		stderr []string
	}{
		{"no such flag", []string{"run", "--sever", "x"}, 2, []string{"unknown flag --sever", "see device-sim --help"}},
		{"no such command", []string{"walk"}, 2, []string{"unexpected argument walk"}},
		{"no such environment", []string{"run", "--environment", "staging"}, 2, []string{"use production or sandbox"}},
		{"no such style", []string{"run", "--style", "v9"}, 2, []string{`must be one of "v3","v2","none","pack","both"`}},
		{"no topic", []string{"run", "--topic", "a b"}, 2, []string{`--topic "a b" is not a bundle ID`}},
		{"no address", []string{"run", "--server", "localhost"}, 2, []string{"use HOST:PORT"}},
		{"no URL", []string{"run", "--control", "http://a b"}, 2, []string{"use one like http://127.0.0.1:8197"}},
		{"no simulator", []string{"run", "--control", "http://" + dead}, 6, []string{"cannot reach the simulator's control API", "start it with apns-sim serve"}},
		{"no courier", []string{"run", "--control", sim.control.URL, "--server", dead}, 6, []string{"cannot connect to the courier at " + dead, "start the simulator with apns-sim serve"}},
		{"provider port instead of device port", []string{"run", "--control", sim.control.URL, "--server", sim.control.Listener.Addr().String()}, 1, []string{"TLS handshake", "check that --server is the device address"}},
		{"root file missing", sim.flags("--ca", filepath.Join(dir, "nowhere.pem")), 1, []string{"root certificate: open"}},
		{"root file empty", sim.flags("--ca", empty), 2, []string{"no certificate in " + empty, "caFile"}},
		{"broken state", sim.flags("--state", broken), 1, []string{"read " + filepath.Join(broken, keyFile), "remove the directory"}},
		{"activation refused", []string{"run", "--control", refusing.URL}, 1, []string{"422 Unprocessable Entity: topics[0] is taken"}},
		{"not a control API", []string{"run", "--control", other.URL}, 1, []string{"did not answer with JSON", "set --control to"}},
		{"not there at the control API", []string{"run", "--control", sim.control.URL + "/nowhere"}, 1, []string{"404 Not Found"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			code := run(t.Context(), tc.args, testStreams(&stdout, &stderr))
			assert.Equal(t, tc.code, code)
			for _, part := range tc.stderr {
				assert.Contains(t, stderr.String(), part)
			}
			assert.True(t, strings.HasPrefix(stderr.String(), "device-sim: "), stderr.String())
		})
	}
	t.Run("courier of another root", func(t *testing.T) {
		process := sim.start(sim.flags("--ca", ca)...)
		raw, err := sim.listener.Accept()
		require.NoError(t, err)
		defer raw.Close()
		response := make([]byte, 1)
		c := newServerConn(sim, raw)
		_, err = c.Read(response)
		require.ErrorContains(t, err, "bad certificate")
		code, _, stderr := process.wait()
		assert.Equal(t, 1, code)
		assert.Contains(t, stderr, "another authority issued")
	})
}

// brokenPipe takes no bytes.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }

func TestLostOutputEndsTheRun(t *testing.T) {
	sim := newSimulator(t)
	var stderr strings.Builder
	std := testStreams(&strings.Builder{}, &stderr)
	std.stdout = brokenPipe{}
	assert.Equal(t, 1, run(t.Context(), sim.flags(), std))
	assert.Equal(t, "device-sim: write to stdout: nobody reads\n", stderr.String())
}
