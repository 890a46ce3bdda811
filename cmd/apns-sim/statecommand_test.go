package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/state"
)

func writeSeed(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const demoSeed = `{
	"devices": [{"name": "phone", "apps": ["com.example.app"], "offline": true}],
	"channels": [{"topic": "com.example.app", "stores": true}],
	"faults": [{"name": "slow", "what": {"do": "delay", "delay": {"fixed": "1ms"}}}]
}`

// seededDevice returns the one virtual device of a simulator.
func seededDevice(t *testing.T, s *server) controlapi.Device {
	t.Helper()
	var page struct{ Devices []controlapi.Device }
	require.Equal(t, http.StatusOK, api(t, s, http.MethodGet, "/v1/devices", "", &page))
	require.Len(t, page.Devices, 1)
	return page.Devices[0]
}

// withToken returns the one virtual device once the courier has issued its app a token, which
// is after the login.
func withToken(t *testing.T, s *server) controlapi.Device {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		if d := seededDevice(t, s); len(d.Apps) > 0 && len(d.Apps[0].Token) > 0 {
			return d
		}
		require.True(t, time.Now().Before(deadline), "the app has got no token")
	}
}

// exportOf parses an export.
func exportOf(t *testing.T, text string) *state.Document {
	t.Helper()
	d, err := state.Parse([]byte(text))
	require.NoError(t, err)
	return d
}

func TestAnExportWithKeysIsTheSameSimulatorElsewhere(t *testing.T) {
	dir, elsewhere, file := t.TempDir(), filepath.Join(t.TempDir(), "new"), filepath.Join(t.TempDir(), "state.json")
	s := serve(t, "--any-port", "--state", dir, "--seed", writeSeed(t, demoSeed))
	before := seededDevice(t, s)
	succeed(t, "device", "online", "--control", s.Control, before.ID.String())
	before = withToken(t, s)
	succeed(t, "device", "offline", "--control", s.Control, before.ID.String())
	succeed(t, "send", "--control", s.Control, "--token", before.Apps[0].Token, "--topic", "com.example.app")

	held := invoke(t, "state", "show", "--state", dir)
	assert.Equal(t, exitUsage, held.code)
	assert.Contains(t, held.stderr, "is in use by the apns-sim with process ID")
	require.Equal(t, exitOK, s.stop().code)

	succeed(t, "state", "export", "--with-keys", "--state", dir, file)
	wantMode(t, file, 0o600)
	assert.Contains(t, strings.Join(strings.Fields(succeed(t, "state", "show", "--state", dir)), " "), "history 1", "the push")
	succeed(t, "state", "import", "--state", elsewhere, file)
	shown := succeed(t, "state", "show", "--state", elsewhere)
	for _, line := range []string{"devices 1", "channels 1", "faults 1", "pushes 1"} {
		assert.Contains(t, strings.Join(strings.Fields(shown), " "), line)
	}
	again := invoke(t, "state", "import", "--state", elsewhere, file)
	assert.Equal(t, exitUsage, again.code)
	assert.Contains(t, again.stderr, "state.db already exists; name a directory without a state, or add to this one with serve --seed")

	s = serve(t, "--any-port", "--state", elsewhere)
	after := seededDevice(t, s)
	assert.Equal(t, before.ID, after.ID)
	assert.Equal(t, before.Apps, after.Apps)
	assert.Equal(t, read(t, filepath.Join(dir, "certs", "ca.pem")), read(t, s.CAFile))
	succeed(t, "device", "online", "--control", s.Control, after.ID.String())
	var inbox struct{ Notifications []controlapi.Received }
	require.Equal(t, http.StatusOK, api(t, s, http.MethodGet, "/v1/devices/"+after.ID.String()+"/inbox?count=1&timeout=5s", "", &inbox))
	assert.Len(t, inbox.Notifications, 1, "the stored push came along")
	require.Equal(t, exitOK, s.stop().code)
}

// The state of a simulator that runs is the same as that of its directory afterwards.
func TestARunningSimulatorExportsItsState(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, "--any-port", "--control-token", strings.Repeat("secret", 4), "--state", dir, "--seed", writeSeed(t, demoSeed))
	reach := []string{"--control", s.Control, "--control-token", strings.Repeat("secret", 4)}
	export := func(args ...string) outcome { return invoke(t, append([]string{"state", "export"}, args...)...) }
	running := export(append(reach, "-")...)
	require.Equal(t, exitOK, running.code, running.stderr)
	ofDirectory := export(append(reach, "--state", dir, "-")...)
	require.Equal(t, exitOK, ofDirectory.code, ofDirectory.stderr)
	assert.NotContains(t, running.stdout, "PRIVATE KEY")

	for _, row := range []struct {
		args []string
		want string
	}{
		{append(reach, "--with-keys", "-"), "--with-keys: the control API gives out no private keys; stop the simulator, and export from the directory of its --state"},
		{[]string{"--control", s.Control, "-"}, "401 Unauthorized; set the token with --control-token"},
		{[]string{"--control", "http://" + free(t), "--state", dir, "-"}, "--state: " + dir + " is in use by the apns-sim with process ID " + strconv.Itoa(os.Getpid()) + ", whose control API does not respond: "},
	} {
		o := export(row.args...)
		assert.NotEqual(t, exitOK, o.code)
		assert.Contains(t, o.stderr, row.want)
	}
	other := serve(t, "--any-port")
	unsaved := export("--control", other.Control, "-")
	assert.NotEqual(t, exitOK, unsaved.code)
	assert.Contains(t, unsaved.stderr, "this simulator does not keep its state; start it with --state DIR, or with --export-state FILE")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lock"), []byte("1\n"), 0o600))
	wrong := export("--control", other.Control, "--state", dir, "-")
	assert.Equal(t, exitUsage, wrong.code)
	assert.Contains(t, wrong.stderr, "is in use by the apns-sim with process ID 1, and "+other.Control+" belongs to process "+strconv.Itoa(os.Getpid())+"; set --control to the control API of process 1, or stop that process")

	require.Equal(t, exitOK, s.stop().code)
	stopped := exportOf(t, succeed(t, "state", "export", "--state", dir, "-"))
	for _, text := range []string{running.stdout, ofDirectory.stdout} {
		d := exportOf(t, text)
		d.Exported = stopped.Exported
		assert.Equal(t, stopped, d)
	}
}

func TestASimulatorWithoutADirectoryExportsItsStateToo(t *testing.T) {
	s := serve(t, "--any-port", "--export-state", filepath.Join(t.TempDir(), "state.json"), "--seed", writeSeed(t, demoSeed))
	assert.Len(t, exportOf(t, succeed(t, "state", "export", "--control", s.Control, "-")).Devices, 1)
}

func TestAnExportHasNoPrivateKeyUnlessAsked(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, "--any-port", "--state", dir, "--seed", writeSeed(t, demoSeed))
	before := seededDevice(t, s)
	require.Equal(t, exitOK, s.stop().code)
	text := succeed(t, "state", "export", "--state", dir, "-")
	d := exportOf(t, text)
	require.Len(t, d.Devices, 1)
	assert.Empty(t, d.Devices[0].PrivateKey)
	assert.NotContains(t, text, "PRIVATE KEY")
	assert.Empty(t, d.Files)

	elsewhere := filepath.Join(t.TempDir(), "new")
	require.Equal(t, exitOK, invokeWith(t, text, "state", "import", "--state", elsewhere, "-").code)
	s = serve(t, "--any-port", "--state", elsewhere)
	after := seededDevice(t, s)
	assert.NotEqual(t, before.ID, after.ID, "without its key it is another device")
	assert.Equal(t, "com.example.app", after.Apps[0].Topic)
	require.Equal(t, exitOK, s.stop().code)
}

func TestCommandsOfTheStateNameWhatIsWrong(t *testing.T) {
	empty := t.TempDir()
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"export", "--state", empty, "-"}, "contains no state; name the directory that a simulator was started with"},
		{[]string{"show", "--state", filepath.Join(empty, "missing")}, "contains no state"},
		{[]string{"import", "--state", empty, "missing.json"}, "there is no file missing.json"},
		{[]string{"import", "--state", empty, writeSeed(t, `{"teams": [{}]}`)}, "teams[0].id: is missing; add it"},
		{[]string{"import", "--state", empty, writeSeed(t, `{"files": [{"path": "../key", "text": ""}]}`)}, `files[0].path: "../key" leaves the directory`},
	} {
		o := invoke(t, append([]string{"state"}, tc.args...)...)
		assert.Equal(t, exitUsage, o.code, "%v", tc.args)
		assert.Contains(t, o.stderr, tc.want)
	}
}

func TestTheStateIsExportedWhenTheSimulatorStops(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	s := serve(t, "--any-port", "--export-state", file, "--seed", writeSeed(t, demoSeed))
	device := seededDevice(t, s)
	succeed(t, "team", "add-app", "--control", s.Control, "SIMTEAM001", "com.example.second")
	require.Equal(t, exitOK, s.stop().code)
	d := exportOf(t, read(t, file))
	assert.Equal(t, device.ID, d.Devices[0].ID)
	assert.Empty(t, d.Devices[0].PrivateKey)
	assert.Contains(t, d.Apps, state.App{Team: "SIMTEAM001", BundleID: "com.example.second"})

	code, stdout, stderr := execute(t, "true", "--export-state", "-")
	require.Equal(t, exitOK, code, stderr)
	assert.Len(t, exportOf(t, stdout).Devices, 2, "those of the program")
}

func TestASeedThatIsWrongEndsTheStart(t *testing.T) {
	path := writeSeed(t, `{"channels": [{"topic": "com.example.app", "store": true}]}`)
	o := invoke(t, "serve", "--any-port", "--seed", path)
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, path+": channels[0].store: is not known; did you mean stores?")
	o = invoke(t, "serve", "--any-port", "--seed", filepath.Join(t.TempDir(), "missing"))
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "--seed: ")
}

func TestExecUsesTheDeviceOfTheStateAgain(t *testing.T) {
	dir := t.TempDir()
	var tokens []string
	for range 2 {
		code, stdout, stderr := execute(t, `echo "$APNS_SIM_TOKEN $APNS_SIM_TOKEN_SANDBOX"`, "--state", dir)
		require.Equal(t, exitOK, code, stderr)
		tokens = append(tokens, stdout)
	}
	assert.Equal(t, tokens[0], tokens[1])
	assert.Len(t, exportOf(t, succeed(t, "state", "export", "--state", dir, "-")).Devices, 2)
}

func TestExecRecordsEventsAsLinesOfJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	code, _, stderr := execute(t, `curl -s --http2 "$APNS_SIM_PROVIDER/3/device/$APNS_SIM_TOKEN" -H "apns-topic: $APNS_SIM_TOPIC" --cert "$APNS_SIM_CERTIFICATE_FILE" -d '{"aps":{"alert":"hi"}}'`, "--record", file)
	require.Equal(t, exitOK, code, stderr)
	kinds := map[string]int{}
	for line := range strings.Lines(read(t, file)) {
		var e struct{ Event, Topic string }
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		kinds[e.Event]++
	}
	for _, kind := range []string{"connected", "received", "accepted", "sent", "delivered"} {
		assert.NotZero(t, kinds[kind], kind)
	}
	code, _, stderr = execute(t, "true", "--record", filepath.Join(t.TempDir(), "missing", "events.jsonl"))
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--record: ")
}
