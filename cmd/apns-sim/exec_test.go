package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// execute runs a shell script beside a simulator.
func execute(t *testing.T, script string, flags ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	args := append([]string{"exec", "--log-level", "error"}, flags...)
	return cli(t, append(args, "--", "sh", "-c", script)...)
}

func TestAProgramRunsWithASimulatorOfItsOwn(t *testing.T) {
	code, stdout, stderr := execute(t, `curl -s --http2 "$APNS_SIM_PROVIDER/3/device/00" -d '{}'; test -s "$APNS_SIM_KEY_FILE" -a -s "$SSL_CERT_FILE" -a -s "$APNS_SIM_CERTIFICATE_FILE"`)
	assert.Equal(t, exitOK, code, stderr)
	assert.Equal(t, `{"reason":"MissingProviderToken"}`, stdout, "curl trusts the simulator by the variables alone")
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left, "nothing is left behind")
}

func TestTheProgramFindsADeviceToPushTo(t *testing.T) {
	code, stdout, stderr := execute(t, `echo "$APNS_SIM_TOKEN $APNS_SIM_DEVICE_ID $APNS_SIM_TOKEN_SANDBOX $APNS_SIM_DEVICE_ID_SANDBOX"`)
	require.Equal(t, exitOK, code, stderr)
	assert.Regexp(t, `^[0-9a-f]{64} [0-9a-f]{16} [0-9a-f]{64} [0-9a-f]{16}\n$`, stdout)
}

// The first topic that is asked for is what the program is about.
func TestTheProgramPushesForTheTopicThatWasAskedFor(t *testing.T) {
	script := `test "$APNS_SIM_TOPIC" = com.you.app || exit 3
push() { curl -s -o /dev/null -w '%{http_code} ' --http2 "$APNS_SIM_PROVIDER/3/device/$APNS_SIM_TOKEN" -d '{"aps":{"alert":"hi"}}' "$@"; }
push -H "apns-topic: com.you.app" --cert "$APNS_SIM_CERTIFICATE_FILE"
push -H "apns-topic: com.you.app" --cert "$APNS_SIM_CERTIFICATE_RSA_FILE"
push -H "apns-topic: com.you.app" --cert-type P12 --cert "$APNS_SIM_CERTIFICATE_P12:$APNS_SIM_CERTIFICATE_PASSWORD"
push -H "apns-topic: com.example.other" --cert "$APNS_SIM_CERTIFICATE_FILE"
openssl x509 -in "$APNS_SIM_CERTIFICATE_RSA_FILE" -noout -text | grep -c rsaEncryption`
	code, stdout, stderr := execute(t, script, "--topic", "com.you.app", "--topic", "com.example.other")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, "200 200 200 400 1\n", stdout, "a certificate is for one app, as at Apple")
}

func TestTheProgramHasACertificateForEachTopicThatWasAskedFor(t *testing.T) {
	script := `for app in com.you.app com.example.other; do
  for topic in com.you.app com.example.other; do
    token=$(curl -s "$APNS_SIM_CONTROL/v1/devices/$APNS_SIM_DEVICE_ID" | sed "s/.*\"topic\":\"$topic\",\"token\":\"\([0-9a-f]*\)\".*/\1/")
    curl -s -o /dev/null -w "$app $topic %{http_code}\n" --http2 --cert "$APNS_SIM_CERTIFICATE_DIR/$app.pem" -H "apns-topic: $topic" "$APNS_SIM_PROVIDER/3/device/$token" -d '{"aps":{"alert":"hi"}}'
  done
  openssl pkcs12 -in "$APNS_SIM_CERTIFICATE_DIR/$app.p12" -passin "pass:$APNS_SIM_CERTIFICATE_PASSWORD" -nokeys -clcerts | openssl x509 -noout -subject | grep -o "UID *= *[a-z.]*"
done`
	code, stdout, stderr := execute(t, script, "--topic", "com.you.app", "--topic", "com.example.other", "--topic", "com.you.app")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, `com.you.app com.you.app 200
com.you.app com.example.other 400
UID=com.you.app
com.example.other com.you.app 400
com.example.other com.example.other 200
UID=com.example.other
`, strings.ReplaceAll(stdout, " = ", "="))
}

// https://nodejs.org/api/cli.html#node_extra_ca_certsfile: one file
func TestTheRootsThatTheProgramHadAlreadyAreKept(t *testing.T) {
	theirs := filepath.Join(initialized(t), "ca.pem")
	for _, name := range trustVariables {
		t.Setenv(name, theirs)
	}
	code, stdout, stderr := execute(t, `for file in "$NODE_EXTRA_CA_CERTS" "$SSL_CERT_FILE" "$REQUESTS_CA_BUNDLE" "$CURL_CA_BUNDLE"; do cat "$file"; echo; echo ====; done; echo; cat "$APNS_SIM_CA_FILE"`)
	require.Equal(t, exitOK, code, stderr)
	files := strings.Split(stdout, "\n====\n")
	require.Len(t, files, 5)
	for i, name := range []string{"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} {
		assert.Contains(t, files[i], strings.TrimSpace(read(t, theirs)), name)
		assert.Contains(t, files[i], strings.TrimSpace(files[4]), name)
		assert.Equal(t, 2, strings.Count(files[i], "BEGIN CERTIFICATE"), name)
	}
}

func TestTheProgramIsLedToTheSimulatorAndNowhereElse(t *testing.T) {
	t.Setenv("NO_PROXY", "corp.example")
	t.Setenv("JAVA_TOOL_OPTIONS", "-Xmx1g")
	const secret = "a-token-of-some-length"
	// The request to localhost would be refused by the proxy.
	code, stdout, stderr := execute(t, `curl -s --http2 "$APNS_SIM_PROVIDER/3/device/00" -d '{}'; echo; echo "$NO_PROXY"; echo "$JAVA_TOOL_OPTIONS"; echo "$HTTPS_PROXY"
curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $APNS_SIM_CONTROL_TOKEN" "$APNS_SIM_CONTROL/v1/teams"`, "--proxy", "--control-token", secret)
	require.Equal(t, exitOK, code, stderr)
	lines := strings.Split(stdout, "\n")
	require.Len(t, lines, 5, stdout)
	assert.Equal(t, `{"reason":"MissingProviderToken"}`, lines[0])
	assert.Equal(t, "corp.example,localhost,127.0.0.1,::1", lines[1])
	assert.Regexp(t, `^-Xmx1g -Djavax\.net\.ssl\.trustStore=\S+ \S+ -Dhttps\.proxyHost=127\.0\.0\.1 -Dhttps\.proxyPort=\d+ -Dhttp\.proxyHost=127\.0\.0\.1 -Dhttp\.proxyPort=\d+ -Dhttp\.nonProxyHosts=corp\.example\|localhost\|127\.0\.0\.1\|\[::1\]$`, lines[2])
	assert.Contains(t, lines[3], "http://127.0.0.1:")
	assert.Equal(t, "200", lines[4])
}

// observed: pypush asks for the bag by http:// and activates by https://.
func TestTheProgramReachesApplesHostsForDevices(t *testing.T) {
	script := `curl -s -o /dev/null -w '%{http_code} ' http://init-p01st.push.apple.com/bag
curl -s -o /dev/null -w '%{http_code} ' https://init-p01st.push.apple.com/bag
curl -s -o /dev/null -w '%{http_code} ' -d activation-info= https://albert.apple.com/deviceservices/deviceActivation
curl -s http://www.example.com/`
	code, stdout, stderr := execute(t, script, "--proxy")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, "200 200 400 www.example.com:80 is no host that the simulator stands for; --proxy-others passes such requests on\n", stdout)
}

func TestTheExitCodeOfTheProgramIsPassedOn(t *testing.T) {
	for script, want := range map[string]int{"exit 7": 7, "kill -9 $$": 137, "true": 0} {
		code, _, stderr := execute(t, script)
		assert.Equal(t, want, code, script)
		assert.Empty(t, stderr, "it is the program's own affair")
	}
}

func TestAProgramThatSentNothingIsToldHowToReachTheSimulator(t *testing.T) {
	_, _, stderr := execute(t, "true", "--log-level", "info")
	assert.Equal(t, 1, strings.Count(stderr, "no push arrived"), stderr)
	assert.Contains(t, stderr, "exec --proxy")
	_, _, stderr = execute(t, "exit 3", "--log-level", "info", "--proxy")
	assert.Contains(t, stderr, "HTTPS_PROXY")
	_, _, stderr = execute(t, `curl -s --http2 "$APNS_SIM_PROVIDER/3/device/00" -d '{}'`, "--log-level", "info")
	assert.NotContains(t, stderr, "no push arrived", "a refused one has arrived")
}

func TestAProgramThatCannotRunIsNamed(t *testing.T) {
	code, _, stderr := cli(t, "exec", "--", "no-such-program")
	assert.Equal(t, exitNotFound, code)
	assert.Contains(t, stderr, `"no-such-program"`)
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n"), 0o600))
	code, _, stderr = cli(t, "exec", "--", script)
	assert.Equal(t, exitNotExecutable, code, "as a shell has it")
	assert.Contains(t, stderr, "permission denied")
	code, _, _ = cli(t, "exec", "--", filepath.Join(script, "none"))
	assert.Equal(t, exitNotExecutable, code, "not a folder on the way: it may be there")
	code, _, _ = cli(t, "exec", "--", script+"-none")
	assert.Equal(t, exitNotFound, code)
	code, _, stderr = cli(t, "exec", "--")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "apns-sim exec -- npm test")
	code, _, stderr = cli(t, "exec", "--fault", "reset", "--", "true")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `did you mean "resets"?`)
}

func TestFlagsOfServeHoldForTheSimulatorOfAProgram(t *testing.T) {
	address := free(t)
	code, stdout, stderr := execute(t, `echo "$APNS_SIM_PROVIDER $DEVICE_SIM_CONTROL"`, "--listen", address)
	require.Equal(t, exitOK, code, stderr)
	assert.True(t, strings.HasPrefix(stdout, "https://localhost:"+address[strings.LastIndex(address, ":")+1:]+" http://127.0.0.1:"), stdout)
}

func TestAnAddressThatIsTheDefaultIsTakenIfItIsAskedFor(t *testing.T) {
	// Some libraries can reach nothing but 2197.
	t.Setenv("APNS_SIM_LISTEN_DEVICE", "127.0.0.1:5223")
	file := written(t, "listen-443: auto\n")
	from := new(settings)
	c, parsed, err := parseArgs(t, []string{"exec", "--listen", "127.0.0.1:2197", "--config", file, "--", "true"}, from)
	require.NoError(t, err)
	c.Exec.Serve.AnyPort, c.Exec.Serve.chosen = true, from.chosen(parsed)
	assert.Equal(t, sim.Addresses{sim.Provider: "127.0.0.1:2197", sim.Device: "127.0.0.1:5223", sim.Provider443: sim.Auto}, c.Exec.Serve.addresses())
}

func TestFoldersOfKilledProcessesAreSweptAndNoOthers(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	abandonedDir, err := newTempDir()
	require.NoError(t, err)
	require.NoError(t, abandonedDir.lock.Close()) // the system does that for who is killed
	other := filepath.Join(parent, "apns-sim-123")
	require.NoError(t, os.Mkdir(other, 0o700))
	alive, err := newTempDir()
	require.NoError(t, err)
	next, err := newTempDir()
	require.NoError(t, err)
	assert.NoDirExists(t, abandonedDir.path)
	assert.DirExists(t, alive.path, "its process may be in another container")
	assert.DirExists(t, other)
	require.NoError(t, alive.remove())
	require.NoError(t, next.remove())
	assert.NoDirExists(t, alive.path)
}

func TestTrustHasTheRootsOfTheSystemAndOurs(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.pem")
	require.NoError(t, os.WriteFile(own, []byte("# no end of line"), 0o600))
	t.Setenv("SSL_CERT_FILE", own)
	var near envvars.Values
	require.NoError(t, writeTrust(dir, []byte("-----BEGIN CERTIFICATE-----\n"), &near))
	text, err := os.ReadFile(near.Bundle)
	require.NoError(t, err)
	assert.Equal(t, "# no end of line\n-----BEGIN CERTIFICATE-----\n", string(text))
	assert.FileExists(t, near.Store)

	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "none"))
	assert.ErrorContains(t, writeTrust(dir, nil, &near), "SSL_CERT_FILE: ")
}

func TestOurVariablesAreThoseOfTheCommands(t *testing.T) {
	// send finds this simulator, its key and a device by them.
	_, help, _ := cli(t, "send", "--help")
	for _, name := range []string{"APNS_SIM_CONTROL", "APNS_SIM_TOKEN", "APNS_SIM_TOPIC", "APNS_SIM_TEAM", "APNS_SIM_KEY_ID", "APNS_SIM_KEY_FILE", "APNS_SIM_KEY_P8", "APNS_SIM_CONTROL_TOKEN"} {
		assert.Contains(t, help, "$"+name)
		assert.Contains(t, names(), name)
	}
	_, help, _ = cli(t, "serve", "--help")
	for _, name := range names() {
		if name != "APNS_SIM_TOPIC" && name != "APNS_SIM_CONTROL_TOKEN" { // there, too, it is a topic; and commands show what is demanded
			assert.False(t, bytes.Contains([]byte(help), []byte("($"+name+")")), "%s would change another simulator", name)
		}
	}
}

func names() (all []string) {
	for _, v := range envvars.Variables() {
		all = append(all, v.Name)
	}
	return all
}
