package integration_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// proxied is a simulator with its proxy, and a curl that goes through it.
func proxied(t *testing.T) (*simulator, func(args ...string) response) {
	t.Helper()
	sim := startSimulator(t, "--listen-proxy", "127.0.0.1:0")
	curl := newCurl(t, sim)
	return sim, func(args ...string) response {
		t.Helper()
		return curl.do(t, append([]string{"--noproxy", "", "--proxy", sim.Proxy}, args...)...)
	}
}

// A program asks for the bag as Apple's devices do, and follows it to the courier.
// observed: pypush, by http://; apsd, by https://
func TestCurlGetsTheBagThroughTheProxyAndTheBagNamesACourierThatIsThere(t *testing.T) {
	t.Parallel()
	sim, get := proxied(t)
	signed := get("http://init-p01st.push.apple.com/bag")
	require.Equal(t, "200", signed.status, signed.body)
	assert.Contains(t, signed.header, "Via: 1.1 apns-sim", "the proxy has forwarded it")
	for _, address := range []string{"https://init-p01st.push.apple.com/bag", "https://init-p01st.push.apple.com:443/bag?v=1&c=WiFi"} {
		got := get(address)
		require.Zero(t, got.exit, address)
		assert.Equal(t, signed.body[:100], got.body[:100], "it is the signed one as well")
	}
	tunnel := get("--proxytunnel", "http://init-p01st.push.apple.com/bag")
	assert.Equal(t, "200", tunnel.status, "some make a tunnel to port 80")

	for _, environment := range []string{production, sandbox} {
		bag := get("https://" + map[string]string{production: "init", sandbox: "init.sandbox"}[environment] + ".push.apple.com/bag")
		require.Equal(t, "200", bag.status, bag.body)
		courier := regexp.MustCompile(`APNSCourierHostname</key>\s*<string>(.*?)</string>`).FindStringSubmatch(bag.body)
		require.Len(t, courier, 2, bag.body)
		sim.connectsThroughTheProxy(t, "1-"+courier[1]+":5223", courier[1])
	}
}

// connectsThroughTheProxy connects to a courier as a device does, with a tunnel.
func (s *simulator) connectsThroughTheProxy(t *testing.T, address, verified string) {
	t.Helper()
	conn := dialTCP(t, hostPort(s.Proxy))
	_, err := fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", address)
	require.NoError(t, err)
	established := "HTTP/1.1 200 Connection established\r\n\r\n"
	response := make([]byte, len(established))
	_, err = io.ReadFull(conn, response)
	require.NoError(t, err)
	require.Equal(t, established, string(response), address)
	config := s.trust()
	config.ServerName, config.NextProtos = verified, []string{v3}
	device := tls.Client(conn, config)
	require.NoError(t, device.SetDeadline(time.Now().Add(waitTimeout)))
	require.NoError(t, device.Handshake())
	assert.Equal(t, v3, device.ConnectionState().NegotiatedProtocol, "a courier")
}

// observed: pypush, rustpush
func TestCurlActivatesADeviceOverTLSThroughTheProxy(t *testing.T) {
	t.Parallel()
	_, post := proxied(t)
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "A DEVICE"}}, key)
	require.NoError(t, err)
	data := func(name string, value []byte) string {
		return "<plist><dict><key>" + name + "</key><data>" + base64.StdEncoding.EncodeToString(value) + "</data></dict></plist>"
	}
	inner := data("DeviceCertRequest", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))
	form := url.Values{"activation-info": {data("ActivationInfoXML", []byte(inner))}}.Encode()
	got := post("--data", form, "https://albert.apple.com/deviceservices/deviceActivation?device=MacOS")
	require.Zero(t, got.exit, "the root may vouch for the host")
	require.Equal(t, "200", got.status, got.body)
	list := regexp.MustCompile("<Protocol>(.*)</Protocol>").FindStringSubmatch(got.body)
	require.Len(t, list, 2, got.body)
	encoded := regexp.MustCompile("<data>(.*?)</data>").FindStringSubmatch(list[1])
	require.Len(t, encoded, 2)
	text, err := base64.StdEncoding.DecodeString(encoded[1])
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	require.NotNil(t, block)
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Equal(t, "A DEVICE", leaf.Subject.CommonName)
}

func TestCurlReachesNothingElseThroughTheProxy(t *testing.T) {
	t.Parallel()
	sim, get := proxied(t)
	for _, address := range []string{"http://www.example.com/", sim.Control + "/v1/info", "http://init-p02st.push.apple.com/bag"} {
		got := get(address)
		require.Zero(t, got.exit)
		assert.Equal(t, "403", got.status, address)
		assert.NotContains(t, got.body, "pid")
	}
	for _, address := range []string{"https://www.example.com/", "https://www.apple.com/", "https://gateway.push.apple.com/"} {
		assert.Equal(t, 56, get(address).exit, "CURLE_RECV_ERROR: the proxy makes no tunnel to %s", address)
	}
	for _, address := range []string{"https://albert.apple.com/v1/info", "http://init.push.apple.com/livez", "https://init.push.apple.com/v1/ca.pem"} {
		assert.Equal(t, "404", get(address).status, "%s: these hosts have Apple's routes alone", address)
	}
}

// A fault that resets a connection reaches a client behind the proxy as a reset.
func TestAResetArrivesThroughTheProxy(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--listen-proxy", "127.0.0.1:0")
	added, err := http.Post(sim.Control+"/v1/faults", "application/json", strings.NewReader(`{"what":{"do":"refuse-connection"}}`))
	require.NoError(t, err)
	require.NoError(t, added.Body.Close())
	require.Equal(t, http.StatusCreated, added.StatusCode)
	conn := dialTCP(t, hostPort(sim.Proxy))
	_, err = io.WriteString(conn, "CONNECT api.push.apple.com:443 HTTP/1.1\r\nHost: api.push.apple.com:443\r\n\r\n")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}
