package integration_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// everyByte is a payload that is no JSON and no UTF-8. observed: pypush, a public
// test of which pushes a body that is no JSON to the real sandbox.
func everyByte() []byte {
	payload := make([]byte, 0, 4096)
	for i := range cap(payload) {
		payload = append(payload, byte(i+i>>8))
	}
	return payload
}

// observed: pushy (its default), aioapns and apnotic offer no protocol by ALPN
// and start HTTP/2 at once.
func TestAClientWithoutALPNIsServed(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.startDevice(t, production)
	c := dial(t, hostPort(sim.Provider), sim.trust())
	payload := everyByte()
	got := c.send(pushTo(device.token, payload, field("apns-topic", sim.Demo.Topic), field("authorization", sim.demoBearer())))
	require.Equal(t, 200, got.status, got.body)
	device.expectPayload(sim.Demo.Topic, payload)
}

func TestAClientThatOffersHTTP2GetsIt(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for _, offer := range [][]string{{"h2"}, {"http/1.1", "h2"}, {"h2", "http/1.1"}} {
		config := sim.trust()
		config.NextProtos = offer
		conn := dialTLS(t, hostPort(sim.Provider), config)
		assert.Equal(t, "h2", conn.ConnectionState().NegotiatedProtocol, "offered %v", offer)
	}
}

// TLS 1.2 is the least: "Establishing a connection to APNs".
func TestTLS12IsSpokenAndNothingOlder(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.activate(t, sim.Demo.Topic)
	for _, address := range []string{hostPort(sim.Provider), sim.Device} {
		config := sim.trust(device.tls())
		config.MaxVersion = tls.VersionTLS12
		require.Equal(t, uint16(tls.VersionTLS12), dialTLS(t, address, config).ConnectionState().Version)

		config.ServerName = "localhost"
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		err := tls.Client(dialTCP(t, address), config).Handshake()
		require.ErrorContains(t, err, "protocol version not supported")
	}
}

// observed: probes of 2026, "HTTP/0.9" in curl. No HTTP status is ever returned.
func TestAnHTTP1ClientGetsHTTP2FramesAndTheEnd(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for _, offer := range [][]string{{"http/1.1"}, nil} {
		config := sim.trust()
		config.NextProtos = offer
		conn := dialTLS(t, hostPort(sim.Provider), config)
		require.Empty(t, conn.ConnectionState().NegotiatedProtocol)
		_, err := io.WriteString(conn, "POST /3/device/00 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
		require.NoError(t, err)
		first, err := http2.NewFramer(io.Discard, conn).ReadFrame()
		require.NoError(t, err)
		require.Equal(t, http2.FrameSettings, first.Header().Type)
		rest, err := io.ReadAll(conn)
		require.NoError(t, err, "closed cleanly")
		require.NotContains(t, string(rest), "HTTP/1.1")
	}
}

// observed: apns2#117, pushy#878, and aioapns, which sends host and no
// :authority.
func TestHostStandsInForAuthority(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.startDevice(t, production)
	c := dial(t, hostPort(sim.Provider), sim.trust())
	r := pushTo(device.token, []byte(`{"aps":{}}`), field("host", "localhost"), field("apns-topic", sim.Demo.Topic),
		field("authorization", sim.demoBearer()))
	r.fields = append(r.fields[:3], r.fields[4:]...)
	got := c.send(r)
	require.Equal(t, 200, got.status, got.body)
	device.expectPayload(sim.Demo.Topic, r.body)
}

// observed: undici#2043, bun#17242 for the values, AndrewBarba/apns2#17 for the
// second frame; "one stream until the first valid token" is Apple's
// "Establishing a token-based connection to APNs".
func TestSettingsAreThoseOfAPNs(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.startDevice(t, production)
	c := dial(t, hostPort(sim.Provider), sim.trust())
	refused := c.send(pushTo(device.token, []byte(`{}`), field("apns-topic", sim.Demo.Topic)))
	require.Equal(t, `{"reason":"MissingProviderToken"}`, refused.body)
	require.Len(t, c.settings, 1)
	assert.ElementsMatch(t, []http2.Setting{
		{ID: http2.SettingHeaderTableSize, Val: 4096},
		{ID: http2.SettingMaxConcurrentStreams, Val: 1},
		{ID: http2.SettingMaxFrameSize, Val: 16384},
		{ID: http2.SettingMaxHeaderListSize, Val: 8000},
	}, c.settings[0])

	good := pushTo(device.token, []byte(`{}`), field("apns-topic", sim.Demo.Topic), field("authorization", sim.demoBearer()))
	for range 2 {
		require.Equal(t, 200, c.send(good).status)
	}
	require.Equal(t, []uint32{1, 1000}, c.limits(), "raised once")

	certified := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
	require.Equal(t, 200, certified.send(pushTo(device.token, []byte(`{}`), field("apns-topic", sim.Demo.Topic))).status)
	require.Equal(t, []uint32{1000}, certified.limits(), "observed: pushy#709")
}

// observed: pushy#476
func TestAStreamAboveTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	c := dial(t, hostPort(sim.Provider), sim.trust())
	for len(c.settings) == 0 { // reading them acknowledges them
		require.NoError(t, c.read())
	}
	r := pushTo("00", nil, field("apns-topic", sim.Demo.Topic), field("authorization", sim.demoBearer()))
	first := c.open(r, false)
	require.Equal(t, http2.ErrCodeRefusedStream, c.response(c.open(r, true)).reset)
	require.NoError(t, c.framer.WriteData(first, true, []byte(`{}`)))
	require.Equal(t, `{"reason":"BadDeviceToken"}`, c.response(first).body, "the first one lives on")
}

// derBearer is a provider token with the signature as openssl makes it, in DER.
// observed: pushy, apnotic, and Apple's own recipe for the shell.
func derBearer(t *testing.T, key *ecdsa.PrivateKey, keyID, teamID string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"alg":"ES256","kid":%q}`, keyID)) + "." +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"iss":%q,"iat":"%d"}`, teamID, time.Now().Unix()))
	sum := sha256.Sum256([]byte(text))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)
	return "Bearer " + text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestTokensSignedInDERAreAccepted(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.startDevice(t, production)
	c := dial(t, hostPort(sim.Provider), sim.trust())
	payload := []byte(`{"aps":{"alert":"DER"}}`)
	got := c.send(pushTo(device.token, payload, field("apns-topic", sim.Demo.Topic),
		field("authorization", derBearer(t, sim.demoKey(), sim.Demo.KeyID, sim.Demo.TeamID))))
	require.Equal(t, 200, got.status, got.body)
	device.expectPayload(sim.Demo.Topic, payload)
}

// "Handling notification responses from APNs"; observed: pushy#184 for capital
// letters, aioapns for the echo, which it compares byte for byte.
func TestIDsComeBackOrAreMadeUp(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for _, environment := range []string{production, sandbox} {
		device := sim.startDevice(t, environment)
		c := dial(t, hostPort(sim.provider(environment)), sim.trust())
		good := pushTo(device.token, []byte(`{}`), field("apns-topic", sim.Demo.Topic), field("authorization", sim.demoBearer()))
		bad := pushTo("00", []byte(`{}`), field("apns-topic", sim.Demo.Topic), field("authorization", sim.demoBearer()))

		accepted, refused := c.send(good), c.send(bad)
		assert.Regexp(t, madeUpID, accepted.fields["apns-id"])
		assert.Regexp(t, madeUpID, refused.fields["apns-id"])
		if environment == sandbox {
			assert.Regexp(t, uniqueID, accepted.fields["apns-unique-id"])
		} else {
			assert.NotContains(t, accepted.fields, "apns-unique-id", "only in the sandbox")
		}
		assert.NotContains(t, refused.fields, "apns-unique-id")

		for _, id := range []string{"eabeae54-14a8-11e5-b60b-1697f925ec7b", "EABEAE54-14A8-11E5-B60B-1697F925EC7B"} {
			for _, r := range []request{good, bad} {
				r.fields = append(slices.Clip(r.fields), field("apns-id", id))
				assert.Equal(t, id, c.send(r).fields["apns-id"])
			}
		}
	}
}

// observed: apns2#93, pushy#312. The environments of a certificate are checked
// when the first request comes.
func TestACertificateOfTheOtherEnvironmentIsRejected(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Zero(t, run(t, apnsSim, "ca", "init", "--certs", dir).code)
	made := run(t, apnsSim, "cert", "create", "--certs", dir, "--topic", "com.example.demo", "--environment", sandbox)
	require.Zero(t, made.code, made.stderr)
	sim := startSimulator(t, "--certs", dir)
	sim.Demo.CertificateFile = dir + "/com.example.demo.pem"
	c := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
	c.open(pushTo("00", nil, field("apns-topic", sim.Demo.Topic)), true)
	c.end()
	require.NotEmpty(t, c.goAways)
	for _, got := range c.goAways {
		assert.Equal(t, goAway{http2.ErrCodeNo, 0, `{"reason":"BadCertificateEnvironment"}`}, got)
	}
	require.Equal(t, []uint32{1000}, c.limits(), "handshake and SETTINGS succeed")
}
