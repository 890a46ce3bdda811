package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// handshakeFlags point the verb handshake at the simulator.
func (s *simulator) handshakeFlags(more ...string) []string {
	return append([]string{"handshake", "--server", s.listener.Addr().String(), "--control", s.control.URL}, more...)
}

// twice plays the courier of a handshake: two logins. It gives the second connection.
func (s *simulator) twice() *session {
	c, _ := s.accept()
	c.login(baseToken)
	c.send(&courier.NoStorage{Token: unhex(baseToken)})
	c.mint(appToken)
	c, connect := s.accept()
	require.Equal(s, unhex(baseToken), connect.Token)
	c.login("")
	c.send(&courier.NoStorage{Token: unhex(baseToken)})
	return c
}

// titles are what a transcript has in it, in order.
func titles(stdout string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^(?:\d+\. (.*?)(?:  .*)?|═══ (.*) ═══)$`).FindAllStringSubmatch(stdout, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}

var twoLogins = []string{
	"The device gets its certificate", "Activation",
	"The device logs in for the first time", "TCP", "TLS handshake", "Connect", "Connect response", "Active state", "Filter",
	"Token request", "No storage", "Token response",
	"The device reconnects with its base token", "Disconnected", "TCP", "TLS handshake", "Connect", "Connect response",
	"Active state", "Filter", "No storage",
}

func TestHandshakeIsTwoLoginsFrameByFrame(t *testing.T) {
	sim := newSimulator(t)
	path := filepath.Join(t.TempDir(), "page.html")
	reader := sim.start(sim.handshakeFlags("--html", path)...)
	sim.twice()
	code, stdout, stderr := reader.wait()
	assert.Zero(t, code, stderr)
	assert.Equal(t, append(twoLogins, "Disconnected"), titles(stdout))
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(page), baseToken)
	for _, text := range []string{stdout, string(page)} {
		assert.Equal(t, 2, strings.Count(text, "opened by APNs"), "each of the two tokens is opened once")
		assert.Contains(t, text, "30229c4c: the first 4 bytes of the SHA-1 of the topic, which is that of com.example.demo")
		assert.Contains(t, text, "00: a base token, production, user 0 of the device")
		assert.Contains(t, text, "000002: 2 before it was sealed; the next one retires it")
	}
}

func TestHandshakeGoesWhereItsFirstLoginIsSent(t *testing.T) {
	sim := newSimulator(t)
	reader := sim.start(sim.handshakeFlags()...)
	c, _ := sim.accept()
	c.send(&courier.ConnectResponse{RedirectHost: "127.0.0.1", RedirectReason: "maintenance"})
	sim.twice()
	code, stdout, stderr := reader.wait()
	assert.Zero(t, code, stderr)
	assert.Contains(t, stdout, "maintenance")
	got := titles(stdout)
	assert.Equal(t, append(twoLogins[4:], "Disconnected"), got[len(got)-len(twoLogins)+3:])
}

func TestHandshakeWaitsForAPush(t *testing.T) {
	sim := newSimulator(t)
	reader := sim.start(sim.handshakeFlags("--wait", "1m")...)
	c := sim.twice()
	c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(`{"aps":{"alert":"hi"}}`)})
	code, stdout, stderr := reader.wait()
	assert.Zero(t, code, stderr)
	got := titles(stdout)
	assert.Contains(t, got, "A push arrives")
	assert.Subset(t, got, []string{"Now send a push", "Notification", "How the device shows it", "Ack"})
	assert.Contains(t, stdout, "apns-sim send --control "+sim.control.URL+" --topic com.example.demo --token "+appToken)
	assert.Contains(t, stdout, "body             hi")
}

func TestPushThatDoesNotComeIsAFailure(t *testing.T) {
	sim := newSimulator(t)
	path := filepath.Join(t.TempDir(), "page.html")
	reader := sim.start(sim.handshakeFlags("--wait", "1ms", "--html", path)...)
	sim.twice()
	code, _, stderr := reader.wait()
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "no push arrived within 1ms\n  send one to a token shown")
	assert.FileExists(t, path, "the page tells how far it went")
}

func TestEachStepWaitsForEnter(t *testing.T) {
	sim := newSimulator(t)
	reader := sim.start(sim.handshakeFlags("--step")...)
	sim.twice()
	entered := 0
	for {
		if _, err := io.WriteString(reader.stdin, "\n"); err != nil {
			break
		}
		entered++
	}
	code, stdout, stderr := reader.wait()
	assert.Zero(t, code, stderr)
	steps := len(regexp.MustCompile(`(?m)^\d+\. `).FindAllString(stdout, -1))
	assert.GreaterOrEqual(t, entered, steps)
	assert.LessOrEqual(t, entered, steps+2, "one may be under way when the end comes")
}

func TestEndOfInputEndsTheWaiting(t *testing.T) {
	sim := newSimulator(t)
	reader := sim.start(sim.handshakeFlags("--step")...)
	require.NoError(t, reader.stdin.Close())
	sim.twice()
	code, stdout, stderr := reader.wait()
	assert.Zero(t, code, stderr)
	assert.Contains(t, stdout, "reconnects with its base token")
}

func TestHandshakeOfAKnownDeviceBeginsWithItsToken(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	reader := sim.start(sim.handshakeFlags("--state", dir)...)
	sim.twice()
	code, _, stderr := reader.wait()
	require.Zero(t, code, stderr)

	reader = sim.start(sim.handshakeFlags("--state", dir)...)
	for range 2 {
		c, connect := sim.accept()
		assert.Equal(t, unhex(baseToken), connect.Token)
		c.login("")
		c.send(&courier.NoStorage{Token: unhex(baseToken)})
	}
	code, stdout, stderr := reader.wait()
	require.Zero(t, code, stderr)
	assert.Contains(t, stdout, "The device logs in with the base token of an earlier run")
	assert.Contains(t, stdout, "Key and certificate are in")
}

func TestHandshakeThatFailsSaysWhy(t *testing.T) {
	sim := newSimulator(t)
	t.Run("no courier", func(t *testing.T) {
		reader := sim.start("handshake", "--control", sim.control.URL, "--server", "127.0.0.1:1")
		code, _, stderr := reader.wait()
		assert.Equal(t, exitUnreachable, code)
		assert.Contains(t, stderr, "start the simulator with apns-sim serve")
	})
	t.Run("no token", func(t *testing.T) {
		reader := sim.start(sim.handshakeFlags()...)
		c, _ := sim.accept()
		c.login(baseToken)
		request, ok := c.read().(*courier.TokenRequest)
		require.True(t, ok)
		c.send(&courier.TokenResponse{Status: 5, Topic: request.Topic})
		code, stdout, stderr := reader.wait()
		assert.Equal(t, exitFailure, code)
		assert.Contains(t, stderr, "issued no token for com.example.demo (status 5)")
		assert.Contains(t, stdout, "status 5: 0 is success")
	})
	t.Run("no use for JSON", func(t *testing.T) {
		var stdout, stderr strings.Builder
		assert.Equal(t, exitUsage, run(t.Context(), sim.handshakeFlags("--json"), testStreams(&stdout, &stderr)))
		assert.Contains(t, stderr.String(), "handshake does not support --json")
	})
	t.Run("interrupted", func(t *testing.T) {
		reader := sim.start(sim.handshakeFlags("--wait", "1h")...)
		sim.twice()
		code, _, stderr := reader.end()
		assert.Zero(t, code, stderr)
	})
}
