package environ_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/environ"
)

func TestWhatIsNotThereHasNoVariable(t *testing.T) {
	var nowhere environ.Place
	assert.Empty(t, nowhere.Map())
	assert.Empty(t, nowhere.List())
}

func TestAPlaceIsToldInTheOrderOfTheTable(t *testing.T) {
	p := environ.Place{
		Provider: "https://127.0.0.1:2197", ProviderSandbox: "https://apns.example", Device: "127.0.0.1:5223",
		CAFile: "/ca.pem", Bundle: "/bundle.pem", Store: "/trust.p12", StorePassword: "changeit", Team: "TEAM000001",
	}
	assert.Equal(t, []string{
		"APNS_SIM_PROVIDER=https://localhost:2197", // Node and Java look for a name in the certificate
		"APNS_SIM_PROVIDER_SANDBOX=https://apns.example",
		"APNS_SIM_HOST=localhost",
		"APNS_SIM_PORT=2197",
		"APNS_SIM_PORT_SANDBOX=443",
		"APNS_SIM_DEVICE=127.0.0.1:5223",
		"DEVICE_SIM_SERVER=127.0.0.1:5223",
		"APNS_SIM_CA_FILE=/ca.pem",
		"APNS_SIM_TEAM=TEAM000001",
		"NODE_EXTRA_CA_CERTS=/ca.pem",
		"SSL_CERT_FILE=/bundle.pem",
		"REQUESTS_CA_BUNDLE=/bundle.pem",
		"CURL_CA_BUNDLE=/bundle.pem",
		"JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit",
	}, p.List())
	assert.Equal(t, "2197", p.Map()["APNS_SIM_PORT"])
	assert.Len(t, p.Map(), len(p.List()))
}

func TestEveryVariableHasANameOfItsOwnAndAMeaning(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range environ.Variables() {
		assert.False(t, seen[v.Name], v.Name)
		assert.NotEmpty(t, v.Meaning, v.Name)
		seen[v.Name] = true
	}
}

func TestTheBundleHasTheRootsOfTheMachineAndOurs(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.pem")
	require.NoError(t, os.WriteFile(own, []byte("theirs"), 0o600))
	t.Setenv("SSL_CERT_FILE", own)
	path, bundle, err := environ.WriteBundle(dir, []byte("ours\n"))
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "theirs\nours\n", string(text))
	assert.Equal(t, text, bundle)
	assert.Equal(t, "theirs", read(t, own), "the machine's own file stays as it is")

	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "none"))
	_, _, err = environ.WriteBundle(dir, nil)
	assert.ErrorContains(t, err, "SSL_CERT_FILE: ")
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
