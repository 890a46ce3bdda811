package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestTheReadyRecordIsOnStandardOutputAndInItsFile(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	file := filepath.Join(t.TempDir(), "ready.json")
	s := serve(t, "--any-port", "--ready-file", file)

	assert.Equal(t, "ready", s.Event)
	assert.Equal(t, os.Getpid(), s.PID)
	assert.Contains(t, s.Provider, "https://127.0.0.1:")
	assert.Contains(t, s.Control, "http://127.0.0.1:")
	assert.Equal(t, s.record, read(t, file))
	response, err := http.Get(s.Control + "/readyz") //nolint:noctx // It answers at once.
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, http.StatusOK, response.StatusCode)
	for _, path := range []string{s.CAFile, s.DefaultTeam.KeyFile, s.DefaultTeam.CertificateFile} {
		assert.Equal(t, temp, filepath.Dir(filepath.Dir(path)), "a folder of its own")
		assert.FileExists(t, path)
	}

	o := s.stop()
	assert.Equal(t, exitOK, o.code, "an interrupted simulator has done its work")
	assert.Empty(t, o.stdout, "one record and nothing else")
	assert.Contains(t, o.stderr, "stopping")
	assert.NotContains(t, o.stderr, "Next:", "a script needs no welcome")
	assert.NoFileExists(t, file)
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	assert.Empty(t, left, "keys that were made in memory are gone")
}

func TestARemovedReadyFileIsNoFailure(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	s := serve(t, "--any-port", "--ready-file", file)
	require.NoError(t, os.Remove(file))
	assert.Equal(t, exitOK, s.stop().code)
}

func TestServeIsTheDefaultCommandAndWelcomesAReader(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // it is interrupted as soon as it is ready
	var stdout, stderr strings.Builder
	files := t.TempDir()
	assert.Equal(t, exitOK, run(ctx, []string{"--any-port", "--files", files}, newConsole(strings.NewReader(""), &stdout, &stderr)))
	assert.Empty(t, stdout.String(), "text for people goes to standard error")
	assert.Contains(t, stderr.String(), "reach simulated devices only, not Apple")
	assert.Contains(t, stderr.String(), filepath.Join(files, "ca.pem"))
	assert.Contains(t, stderr.String(), "apns-sim send --control http://127.0.0.1:")
	assert.FileExists(t, filepath.Join(files, "ca.pem"), "what was asked for stays")
}

func TestTheWelcomeSaysWhatToDoFirst(t *testing.T) {
	for _, tc := range []struct{ control, token, want, reason string }{
		{"http://127.0.0.1:8197", "", "Next: device-sim run prints a device token; apns-sim send --token TOKEN sends a push to it.", "where both look for it"},
		{"http://127.0.0.1:1", "", "Next: device-sim run --control http://127.0.0.1:1 prints", "elsewhere"},
		{"http://127.0.0.1:8197", "/tmp/t", `Next: device-sim run --control-token "$(cat /tmp/t)" prints`, "the token is in a file"},
		{"", "", "", "neither could find this simulator"},
	} {
		var text strings.Builder
		require.NoError(t, printAddresses(&text, sim.Info{Control: tc.control, ControlTokenFile: tc.token}))
		assert.Contains(t, text.String(), tc.want, tc.reason)
		assert.Equal(t, tc.want != "", strings.Contains(text.String(), "Next:"), tc.reason)
	}
}

func TestVariablesStandForFlags(t *testing.T) {
	t.Setenv("APNS_SIM_LISTEN", free(t))
	t.Setenv("APNS_SIM_LISTEN_443", "off")
	t.Setenv("APNS_SIM_LISTEN_SANDBOX", "off")
	t.Setenv("APNS_SIM_LISTEN_DEVICE", "127.0.0.1:0")
	t.Setenv("APNS_SIM_LISTEN_DEVICE_SANDBOX", "off")
	t.Setenv("APNS_SIM_LISTEN_CONTROL", "localhost:0")
	t.Setenv("APNS_SIM_FILES", t.TempDir())
	s := serve(t)
	assert.Equal(t, "https://"+os.Getenv("APNS_SIM_LISTEN"), s.Provider)
	assert.Empty(t, s.Provider443+s.ProviderSandbox+s.DeviceSandbox)
	assert.Contains(t, s.Control, "http://127.0.0.1:")
	assert.Equal(t, os.Getenv("APNS_SIM_FILES"), filepath.Dir(s.CAFile))
}

func TestATakenAddressIsExitCode3WithTheFlagToChange(t *testing.T) {
	address := taken(t)
	file := filepath.Join(t.TempDir(), "ready.json")
	for _, d := range sim.Listeners() {
		t.Run(d.Flag, func(t *testing.T) {
			args := []string{"serve", "--ready-file", file}
			for _, other := range sim.Listeners() {
				args = append(args, "--"+other.Flag, "127.0.0.1:0")
			}
			o := invoke(t, append(args, "--"+d.Flag, address)...)
			assert.Equal(t, exitAddress, o.code)
			assert.Contains(t, o.stderr, "cannot listen on "+address+" for "+d.Serves)
			assert.Contains(t, o.stderr, "--"+d.Flag+", or off")
			assert.NoFileExists(t, file)
		})
	}
}

func TestSettingsThatCannotBeAreRefusedBeforeAnythingOpens(t *testing.T) {
	dir := initialized(t)
	key := filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "AuthKey_SIMKEY0001.p8")
	empty := filepath.Join(t.TempDir(), "empty.p8")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"control token to be guessed", []string{"--any-port", "--control-token", "secret"}, "the control token has 6 characters; use at least 16"},
		{"control without port", []string{"--listen-control", "127.0.0.1"}, "--listen-control: address 127.0.0.1: missing port"},
		{"key without parts", []string{"--any-port", "--key", "AuthKey_ABC.p8"}, `--key is "AuthKey_ABC.p8"; write TEAM:KEYID:FILE, for instance`},
		{"key without file", []string{"--any-port", "--key", "TEAM:KEYID"}, "write TEAM:KEYID:FILE"},
		{"key file that is missing", []string{"--any-port", "--key", "T:K:none.p8"}, "--key: there is no key file none.p8"},
		{"key file that is none", []string{"--any-port", "--key", "T:K:" + empty}, empty},
		{"key with a team that cannot be", []string{"--any-port", "--key", "a team:K:" + key}, `"a team"`},
		{"key by the name of another", []string{"--any-port", "--key", "SIMTEAM001:SIMKEY0001:" + key}, "use another key ID"},
		{"key for an unknown environment", []string{"--any-port", "--key", "T:K:" + key + ",staging"}, `--key T:K: unknown restriction "staging"; write TEAM:KEYID:FILE[,production|sandbox]`},
		{"key for no topic", []string{"--any-port", "--key", "T:K:" + key + ",topic=no/topic"}, "topic=no/topic is not a bundle ID"},
		{"key related to two", []string{"--any-port", "--key", "T:K:" + key + ",topic=com.a,related=A,related=B"}, "the key already has related=A"},
		{"key of a team, related", []string{"--any-port", "--key", "T:K:" + key + ",related=A"}, "key K is team-scoped and cannot have a related key (A)"},
		{"time that runs back", []string{"--any-port", "--drain-time=-1s"}, "--drain-time is -1s; it cannot be negative"},
		{"fewer than none", []string{"--any-port", "--burst-limit=-1"}, "--burst-limit is -1; it cannot be negative"},
		{"outage without a word for it", []string{"--any-port", "--outage", "Coffee"}, `--outage is "Coffee"; write ServiceUnavailable, Shutdown or InternalServerError; did you mean `},
		{"team that is not there", []string{"--any-port", "--suspended-team", "NOBODY0001"}, `team "NOBODY0001" is unknown`},
		{"ready in another form", []string{"--any-port", "--ready", "xml"}, `--ready is "xml"; write json`},
		{"nothing stored", []string{"--any-port", "--stored-per-app", "0"}, "--stored-per-app is 0; the minimum is 1"},
		{"no history", []string{"--any-port", "--history", "0"}, "--history is 0; the minimum is 1"},
		{"no memory for it", []string{"--any-port", "--history-bytes=-1"}, "--history-bytes is -1; the minimum is 1"},
		{"no window", []string{"--any-port", "--window=-1"}, "--window is -1; the minimum is 1"},
		{"long tokens", []string{"--any-port", "--token-length", "101"}, "it must be between 32 and 100"},
		{"a topic that is none", []string{"--any-port", "--topic", "no/topic"}, `"no/topic"`},
		{"a name that is none", []string{"--any-port", "--name", "https://apns"}, `"https://apns"`},
		{"a name the root may not vouch for", []string{"--any-port", "--certs", dir, "--name", "apns.test"}, "apns.test"},
		{"certs that are missing", []string{"--any-port", "--certs", filepath.Join(dir, "none")}, "ca.pem"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := invoke(t, append([]string{"serve"}, tc.args...)...)
			assert.Equal(t, exitUsage, o.code)
			assert.Contains(t, o.stderr, tc.want)
			assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
		})
	}
}

func TestReadyThatCannotBeToldStopsTheSimulator(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none", "ready.json")
	o := invoke(t, "serve", "--any-port", "--ready-file", file)
	assert.Equal(t, exitFailure, o.code)
	assert.Contains(t, o.stderr, "--ready-file: cannot write ")
	assert.Contains(t, o.stderr, file)

	file = filepath.Join(t.TempDir(), "ready.json")
	var stderr strings.Builder
	code := run(t.Context(), []string{"serve", "--any-port", "--ready", "json", "--ready-file", file}, newConsole(strings.NewReader(""), broken{}, &stderr))
	assert.Equal(t, exitFailure, code)
	assert.Contains(t, stderr.String(), "write the ready record: "+errBroken.Error())
	assert.NoFileExists(t, file, "nobody is told that it is ready")
}

// broken is an output that takes nothing.
type broken struct{}

var errBroken = errors.New("no space left")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
