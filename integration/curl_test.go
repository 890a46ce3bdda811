package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A curl is curl, pointed at a simulator.
type curl struct {
	path string
	sim  *simulator
}

// newCurl skips the test where there is no curl that speaks HTTP/2.
func newCurl(t *testing.T, sim *simulator) *curl {
	t.Helper()
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Skipf("no curl: %v", err)
	}
	if version := runCommand(t, os.Environ(), path, "--version").stdout; !strings.Contains(version, "HTTP2") {
		t.Skipf("this curl does not speak HTTP/2:\n%s", version)
	}
	return &curl{path, sim}
}

// A response is what curl got.
type response struct {
	exit            int
	status, version string
	header, body    string
}

// do makes one request.
func (c *curl) do(t *testing.T, args ...string) response {
	t.Helper()
	dir := t.TempDir()
	head, body := filepath.Join(dir, "head"), filepath.Join(dir, "body")
	got := runCommand(t, os.Environ(), c.path, append([]string{
		"--silent", "--show-error", "--noproxy", "*", "--http2", "--cacert", c.sim.CAFile,
		"--dump-header", head, "--output", body, "--write-out", "%{http_code} %{http_version}",
	}, args...)...)
	r := response{exit: got.code}
	r.status, r.version, _ = strings.Cut(got.stdout, " ")
	for path, content := range map[string]*string{head: &r.header, body: &r.body} {
		if text, err := os.ReadFile(path); !os.IsNotExist(err) { // curl makes none where there is nothing
			require.NoError(t, err)
			*content = string(text)
		}
	}
	return r
}

func TestCurlPushesToADevice(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	curl := newCurl(t, sim)
	file := filepath.Join(t.TempDir(), "payload")
	payload := everyByte()
	require.NoError(t, os.WriteFile(file, payload, 0o600))
	topic := "apns-topic: " + sim.Demo.Topic

	for name, credentials := range map[string][]string{
		"JWT":         {"--header", "authorization: " + sim.demoBearer()},
		"certificate": {"--cert", sim.Demo.CertificateFile},
	} {
		for _, environment := range []string{production, sandbox} {
			t.Run(name+"/"+environment, func(t *testing.T) {
				device := sim.startDevice(t, environment)
				got := curl.do(t, append(credentials, "--header", topic, "--header", "apns-push-type: alert",
					"--data-binary", "@"+file, sim.provider(environment)+"/3/device/"+device.token)...)
				require.Zero(t, got.exit)
				assert.Equal(t, "200", got.status, got.body)
				assert.Equal(t, "2", got.version)
				assert.Empty(t, got.body)
				assert.Contains(t, got.header, "apns-id: ")
				device.expectPayload(sim.Demo.Topic, payload)
			})
		}
	}
}

// Apple's own names, with the connection led here: the certificate is good for
// them and they select the environment, whatever the port.
func TestCurlReachesTheSimulatorUnderApplesNames(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	curl := newCurl(t, sim)
	for host, environment := range map[string]string{
		"api.push.apple.com":             production,
		"api.sandbox.push.apple.com":     sandbox,
		"api.development.push.apple.com": sandbox,
	} {
		device := sim.startDevice(t, environment)
		for _, listener := range []string{sim.Provider, sim.ProviderSandbox} {
			got := curl.do(t, "--connect-to", host+":443:"+hostPort(listener), "--header", "authorization: "+sim.demoBearer(),
				"--header", "apns-topic: "+sim.Demo.Topic, "--data", `{"aps":{}}`, "https://"+host+"/3/device/"+device.token)
			require.Zero(t, got.exit)
			require.Equal(t, "200", got.status, "%s at %s: %s", host, listener, got.body)
			device.expectPayload(sim.Demo.Topic, []byte(`{"aps":{}}`))
		}
	}
}

// One request for each kind of check, as a person tries it out.
func TestCurlIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	curl := newCurl(t, sim)
	device := sim.startDevice(t, production)
	var (
		path  = "/3/device/" + device.token
		jwt   = []string{"--header", "authorization: " + sim.demoBearer()}
		topic = []string{"--header", "apns-topic: " + sim.Demo.Topic}
		data  = []string{"--data", `{"aps":{}}`}
		with  = func(lists ...[]string) (all []string) {
			for _, list := range lists {
				all = append(all, list...)
			}
			return all
		}
	)
	for _, tt := range []struct {
		path, status, reason string
		args                 []string
	}{
		{"/3/devices/00", "404", "BadPath", with(jwt, topic, data)},
		{path, "405", "MethodNotAllowed", with(jwt, topic)},
		{path, "403", "MissingProviderToken", with(topic, data)},
		{path, "403", "InvalidProviderToken", with(topic, data, []string{"--header", "authorization: bearer x.y.z"})},
		{"/3/device/", "400", "MissingDeviceToken", with(jwt, topic, data)},
		{"/3/device/" + strings.Repeat("0", 64), "400", "BadDeviceToken", with(jwt, topic, data)},
		{path, "400", "MissingTopic", with(jwt, data)},
		{path, "400", "TopicDisallowed", with(jwt, data, []string{"--header", "apns-topic: com.example.other"})},
		{path, "400", "BadPriority", with(jwt, topic, data, []string{"--header", "apns-priority: 7"})},
		{path, "400", "BadMessageId", with(jwt, topic, data, []string{"--header", "apns-id: 7"})},
		{path, "400", "DuplicateHeaders", with(jwt, topic, topic, data)},
		{path, "400", "PayloadEmpty", with(jwt, topic, []string{"--request", "POST"})},
		{path, "413", "PayloadTooLarge", with(jwt, topic, []string{"--data", strings.Repeat("x", 4097)})},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got := curl.do(t, append(tt.args, sim.Provider+tt.path)...)
			require.Zero(t, got.exit)
			assert.Equal(t, tt.status, got.status)
			assert.Equal(t, `{"reason":"`+tt.reason+`"}`, got.body)
			assert.Contains(t, got.header, "apns-id: ")
		})
	}
	push(t, sim.tokenClient(t, production), aPush(sim, device, "after all that"))
	device.expectPayload(sim.Demo.Topic, []byte(`"after all that"`))
}

// observed: probes of 2026. The certificate is another's, or the protocol.
func TestCurlGivesUpWhereItShould(t *testing.T) {
	t.Parallel()
	sim, other := startSimulator(t), startSimulator(t)
	curl := newCurl(t, sim)
	got := curl.do(t, other.Provider+"/3/device/00")
	assert.Equal(t, 60, got.exit, "CURLE_PEER_FAILED_VERIFICATION: each simulator has a root of its own")
	got = curl.do(t, "--http1.1", sim.Provider+"/3/device/00")
	assert.NotZero(t, got.exit, "there is no HTTP/1.1")
	assert.Equal(t, "000", got.status)
}

// observed: traces of APNs from 2019 to 2021, with TLS 1.2 and an RSA certificate
func TestCurlSpeaksWithRSACipherSuitesAlone(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	got := newCurl(t, sim).do(t, "--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES256-GCM-SHA384",
		"--header", "authorization: "+sim.demoBearer(), "--data", "{}", sim.provider(production)+"/3/device/")
	require.Zero(t, got.exit)
	assert.Equal(t, "400", got.status, "the handshake is done, and the request is judged: %s", got.body)
	assert.Contains(t, got.body, "MissingDeviceToken")
}
