package envvars_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/envvars"
)

func TestAnEmptyPlaceHasNoVariables(t *testing.T) {
	var empty envvars.Values
	assert.Empty(t, empty.Map())
	assert.Empty(t, empty.List())
}

func TestAPlaceIsToldInTheOrderOfTheTable(t *testing.T) {
	p := envvars.Values{
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

func TestWhatAProgramHasAlreadyIsAddedTo(t *testing.T) {
	own := map[string]string{"NO_PROXY": "corp.example, .internal,localhost", "JAVA_TOOL_OPTIONS": "-Xmx1g"}
	p := envvars.Values{
		Provider: "https://127.0.0.1:2197", Control: "http://10.0.0.7:8197", ControlToken: "a-token", Proxy: "http://127.0.0.1:8198",
		Store: "/a folder/trust.p12", StorePassword: "changeit", Inherited: func(name string) string { return own[name] },
	}
	m := p.Map()
	assert.Equal(t, "corp.example,.internal,localhost,127.0.0.1,::1,10.0.0.7", m["NO_PROXY"])
	assert.Equal(t, m["NO_PROXY"], m["no_proxy"])
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		assert.Equal(t, "http://127.0.0.1:8198", m[name], "%s: the bag is asked for by http:// as well", name)
	}
	assert.Equal(t, `-Xmx1g "-Djavax.net.ssl.trustStore=/a folder/trust.p12" -Djavax.net.ssl.trustStorePassword=changeit -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8198 -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8198 -Dhttp.nonProxyHosts=corp.example|*.internal|localhost|127.0.0.1|[::1]|10.0.0.7`, m["JAVA_TOOL_OPTIONS"])
	assert.Equal(t, "a-token", m["APNS_SIM_CONTROL_TOKEN"])

	own = m // as when it is told twice
	assert.Equal(t, m, p.Map())
	own = map[string]string{"no_proxy": "*,.apple.com,*.push.apple.com,api.push.apple.com,albert.apple.com,example.com"}
	assert.Equal(t, "example.com,localhost,127.0.0.1,::1,10.0.0.7", p.Map()["NO_PROXY"], "what is for Apple goes through the proxy")
	p.Proxy = ""
	assert.Equal(t, "*", p.Map()["NO_PROXY"])
	p.Inherited = nil
	assert.NotContains(t, p.Map(), "NO_PROXY", "it is not known what would be lost")
}

func TestADeviceIsThatOfItsEnvironment(t *testing.T) {
	var p envvars.Values
	p.AddDevice("sandbox", "1", "") // it has no such app
	p.AddDevice("sandbox", "2", "aa")
	p.AddDevice("production", "3", "bb")
	p.AddDevice("sandbox", "4", "cc")
	assert.Equal(t, envvars.Values{Token: "bb", DeviceID: "3", TokenSandbox: "aa", DeviceIDSandbox: "2"}, p)
}

func TestEveryVariableHasANameOfItsOwnAndAMeaning(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range envvars.Variables() {
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
	path, bundle, err := envvars.WriteBundle(dir, []byte("ours\n"))
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "theirs\nours\n", string(text))
	assert.Equal(t, text, bundle)
	assert.Equal(t, "theirs", read(t, own), "the machine's own file stays as it is")

	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "none"))
	_, _, err = envvars.WriteBundle(dir, nil)
	assert.ErrorContains(t, err, "SSL_CERT_FILE: ")
}

func TestAFileOfRootsThatAVariableNamesIsJoinedWithOurs(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.pem")
	require.NoError(t, os.WriteFile(own, []byte("theirs"), 0o600))
	variables := map[string]string{
		"NODE_EXTRA_CA_CERTS": own,
		"REQUESTS_CA_BUNDLE":  dir,                        // requests takes a folder
		"CURL_CA_BUNDLE":      filepath.Join(dir, "none"), // of a simulator that is gone
	}
	p := envvars.Values{CAFile: "ca.pem", Bundle: "bundle.pem", Inherited: func(name string) string { return variables[name] }}
	require.NoError(t, p.JoinRoots(dir, []byte("ours\n")))
	joined := filepath.Join(dir, "node_extra_ca_certs.pem")
	assert.Equal(t, joined, p.Map()["NODE_EXTRA_CA_CERTS"])
	assert.Equal(t, "theirs\nours\n", read(t, joined))
	assert.Equal(t, "theirs", read(t, own), "the program's own file stays as it is")
	assert.Equal(t, "bundle.pem", p.Map()["REQUESTS_CA_BUNDLE"])
	assert.Equal(t, "bundle.pem", p.Map()["CURL_CA_BUNDLE"])

	// In a shell that has the variables of env already, of this simulator or of one before.
	variables["NODE_EXTRA_CA_CERTS"] = joined
	require.NoError(t, p.JoinRoots(dir, []byte("ours\n")))
	assert.Equal(t, "theirs\nours\n", read(t, joined))
	require.NoError(t, p.JoinRoots(dir, []byte("newer\n")))
	assert.Equal(t, "theirs\nours\nnewer\n", read(t, joined))
	variables["NODE_EXTRA_CA_CERTS"] = "ca.pem"
	require.NoError(t, p.JoinRoots(dir, []byte("ours\n")))
	assert.Equal(t, "ca.pem", p.Map()["NODE_EXTRA_CA_CERTS"])
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestAnAddressOfASimulatorOnAnotherMachineIsReachedAtItsHost(t *testing.T) {
	for _, row := range []struct{ address, host, want string }{
		{"https://127.0.0.1:2197", "apns-sim", "https://apns-sim:2197"},
		{"https://localhost:2198", "apns-sim", "https://apns-sim:2198"},
		{"127.0.0.1:5223", "2001:db8::1", "[2001:db8::1]:5223"},
		{"[::1]:5224", "apns-sim", "apns-sim:5224"},
		{"https://192.0.2.1:2196", "apns-sim", "https://192.0.2.1:2196"},
		{"", "apns-sim", ""},
		{"https://127.0.0.1:2197", "localhost", "https://127.0.0.1:2197"},
		{"https://127.0.0.1:2197", "::1", "https://127.0.0.1:2197"},
		{"https://127.0.0.1:2197", "api.localhost", "https://127.0.0.1:2197"},
	} {
		assert.Equal(t, row.want, envvars.ReachedAt(row.address, row.host), "%s at %s", row.address, row.host)
	}
}
