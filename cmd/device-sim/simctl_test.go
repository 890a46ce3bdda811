package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
)

// There is no Xcode where the tests run: this program stands in for xcrun under that name. It
// checks arguments and input as "xcrun simctl help push" describes them:
//
//	simctl push <device> [<bundle identifier>] (<json file> | -)
//
// The payload is at most 4096 bytes, an object at the top level, with an aps key.
const standIn = "xcrun"

// A simctlPush is what the stand-in was given.
type simctlPush struct {
	Device, Bundle string
	Payload        json.RawMessage
}

// standInForXcrun is the main function under the name of xcrun.
func standInForXcrun() int {
	pushed, err := checkPush(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 164
	}
	text, err := json.Marshal(pushed)
	if err == nil {
		err = os.WriteFile(filepath.Join(os.Getenv("STAND_IN_DIR"), pushed.Bundle+".json"), text, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Printf("Notification sent to '%s'\n", pushed.Bundle)
	return 0
}

var udid = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)

func checkPush(args []string) (pushed simctlPush, err error) {
	if len(args) != 5 || args[0] != "simctl" || args[1] != "push" || args[4] != "-" {
		return pushed, fmt.Errorf("unexpected arguments %q", args)
	}
	pushed.Device, pushed.Bundle = args[2], args[3]
	if pushed.Device != "booted" && !udid.MatchString(pushed.Device) {
		return pushed, fmt.Errorf("Invalid device: %s", pushed.Device)
	}
	if pushed.Payload, err = io.ReadAll(os.Stdin); err != nil {
		return pushed, err
	}
	var payload struct {
		APS    map[string]any `json:"aps"`
		Bundle string         `json:"Simulator Target Bundle"`
	}
	switch err := json.Unmarshal(pushed.Payload, &payload); {
	case err != nil:
		return pushed, err
	case len(pushed.Payload) > 4096:
		return pushed, fmt.Errorf("%d bytes", len(pushed.Payload))
	case payload.APS == nil:
		return pushed, fmt.Errorf("no aps")
	case pushed.Bundle == "" && payload.Bundle == "":
		return pushed, fmt.Errorf("no bundle identifier")
	}
	return pushed, nil
}

// withStandIn puts the stand-in into PATH. It returns the directory for what it is given.
func withStandIn(t *testing.T) (dir string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	dir = t.TempDir()
	name := standIn
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if os.Symlink(self, filepath.Join(dir, name)) != nil { // as on Windows, without the privilege
		program, err := os.ReadFile(self)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), program, 0o700))
	}
	t.Setenv("PATH", dir)
	t.Setenv("STAND_IN_DIR", dir)
	return dir
}

func TestSimulatorGetsAlertsByBundleID(t *testing.T) {
	for _, target := range []string{"booted", "5B8E4B0C-0D7A-4E3F-9E65-3A2D1C0F9B8E"} {
		t.Run(target, func(t *testing.T) {
			dir := withStandIn(t)
			sim := newSimulator(t)
			process := sim.start(sim.flags("--json", "--simctl", target)...)
			c, _ := sim.accept()
			c.login(baseToken)
			c.issue(appToken)
			const payload = `{"aps":{"alert":{"title":"Game Request","body":"Bob"}},"Simulator Target Bundle":"com.example.other","n":1}`
			c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(payload)})
			c.push(courier.Notification{ID: 2, Timestamp: 2, Payload: []byte(`{"n":1}`)})
			process.types(t, "quit")
			code, stdout, stderr := process.wait()
			assert.Zero(t, code, stderr)

			text, err := os.ReadFile(filepath.Join(dir, demo+".json"))
			require.NoError(t, err)
			var got simctlPush
			require.NoError(t, json.Unmarshal(text, &got))
			assert.Equal(t, simctlPush{target, demo, json.RawMessage(payload)}, got, "the topic says which app, and the payload is as it came")
			assert.Contains(t, stdout, `"to":"simulator","outcome":"done"`)
			assert.Contains(t, stdout, `"output":"Notification sent to 'com.example.demo'"`)
			assert.Contains(t, stdout, `"to":"simulator","outcome":"skipped","error":"the payload has no aps dictionary"`)
		})
	}
}

func TestErrorOfSimctlIsReported(t *testing.T) {
	withStandIn(t)
	s, err := newSimctl("iPhone")
	require.NoError(t, err)
	r := s.take(t.Context(), received{Notification: device.Notification{Topic: demo, Payload: []byte(`{"aps":{}}`)}})
	assert.Equal(t, forwardFailed, r.outcome)
	assert.Equal(t, "Invalid device: iPhone", r.output)
	assert.EqualError(t, r.err, "exit status 164")
}

func TestWhatSimctlCannotTakeIsSaidAndNotGivenToIt(t *testing.T) {
	alert := []byte(`{"aps":{"alert":"x"}}`)
	s := &simctl{xcrun: filepath.Join(t.TempDir(), "must-not-run"), target: "booted"}
	for want, n := range map[string]device.Notification{
		"the payload has no aps dictionary":                                                                        {Topic: demo, Payload: []byte(`{"aps":"x"}`)},
		"the payload is not a JSON object":                                                                         {Topic: demo, Payload: []byte(`[{"aps":{}}]`)},
		"the payload has 4097 bytes, and simctl takes 4096 at most":                                                {Topic: demo, Payload: []byte(`{"aps":{"alert":"` + strings.Repeat("x", 4097-20) + `"}}`)},
		"simctl takes no pushes of type voip, as the topic com.example.demo.voip is for":                           {Topic: demo + ".voip", Payload: alert},
		"simctl takes no pushes of type pushtotalk, as the topic com.example.demo.voip-ptt is for":                 {Topic: demo + ".voip-ptt", Payload: alert},
		"simctl takes no pushes of type complication, as the topic com.example.demo.complication is for":           {Topic: demo + ".complication", Payload: alert},
		"simctl takes no pushes of type fileprovider, as the topic com.example.demo.pushkit.fileprovider is for":   {Topic: demo + ".pushkit.fileprovider", Payload: alert},
		"simctl takes no pushes of type liveactivity, as the topic com.example.demo.push-type.liveactivity is for": {Topic: demo + ".push-type.liveactivity", Payload: alert},
		"simctl takes no broadcasts: they are for Live Activities":                                                 {Topic: demo, Channel: "\x01", Payload: alert},
		"the topic com.apple.mgmt.External.1 is not a bundle ID: it is for device management":                      {Topic: "com.apple.mgmt.External.1", Payload: []byte(`{"mdm":"x"}`)},
	} {
		r := s.take(t.Context(), received{Notification: n})
		assert.Equal(t, forwardSkipped, r.outcome, want)
		assert.EqualError(t, r.err, want)
	}
	assert.NoError(t, checkSimctl(received{Notification: device.Notification{Topic: demo, Payload: []byte(`{"aps":{"content-available":1}}`)}}), "a background push is one that the Simulator knows")
}

func TestSimctlWithoutXcodeIsAUsageError(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var stdout, stderr strings.Builder
	assert.Equal(t, exitUsage, run(t.Context(), []string{"run", "--simctl", "booted"}, testStreams(&stdout, &stderr)))
	assert.Contains(t, stderr.String(), "--simctl needs xcrun, which is not in PATH\n  it comes with Xcode, on macOS only\n")
}
