package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/courier"
)

func hashOf(topic string) []byte {
	h := apns.HashTopic(topic)
	return h[:]
}

// online takes a device through its first login.
func (s *simulator) online() *session {
	c, _ := s.accept()
	c.login(baseToken)
	c.issue(appToken)
	return c
}

// wantFilter reads a filter.
func (c *session) wantFilter(want courier.Filter) {
	c.Helper()
	want.Token = unhex(baseToken)
	require.Equal(c, &want, c.read())
}

func TestWhatIsTypedGoesOverTheWire(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--json")...)
	c := sim.online()
	for _, tc := range []struct {
		line string
		want courier.Message
	}{
		{"unlock", &courier.ActiveState{State: courier.StateActive, Interval: 600}},
		{"lock", &courier.ActiveState{State: courier.StateActive, Interval: 10}},
		{"sleep", &courier.ActiveState{State: courier.StateInactive}},
		{"wake", &courier.ActiveState{State: courier.StateActive, Interval: courier.ActiveAlways}},
		{"forbid com.example.demo", &courier.Filter{Token: unhex(baseToken), Ignored: [][]byte{hashOf(demo)}}},
		{"filter com.example.demo paused", &courier.Filter{Token: unhex(baseToken), Paused: [][]byte{hashOf(demo)}}},
		{"filter com.example.demo opportunistic", &courier.Filter{Token: unhex(baseToken), Opportunistic: [][]byte{hashOf(demo)}}},
		{"filter com.example.demo non-waking", &courier.Filter{Token: unhex(baseToken), NonWaking: [][]byte{hashOf(demo)}}},
		{"allow com.example.demo", &courier.Filter{Token: unhex(baseToken), Enabled: [][]byte{hashOf(demo)}}},
	} {
		process.types(t, tc.line)
		require.Equal(t, tc.want, c.read(), tc.line)
	}
	process.types(t, "quit")
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	assert.Contains(t, stdout, `"command":"filter com.example.demo paused"}`)
}

func TestAppsComeAndGo(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags()...)
	c := sim.online()
	process.types(t, "install com.example.other")
	c.wantFilter(courier.Filter{Enabled: [][]byte{hashOf(demo), hashOf("com.example.other")}})
	c.issue(appToken)
	require.Len(t, sim.activations, 2, "the simulator gets to know the app first")
	assert.Equal(t, []string{demo, "com.example.other"}, sim.activations[1].Topics)

	process.types(t, "wait token", "uninstall com.example.demo")
	c.wantFilter(courier.Filter{Enabled: [][]byte{hashOf("com.example.other")}})
	process.types(t, "quit")
	code, _, stderr := process.wait()
	assert.Zero(t, code, stderr)
}

func TestChannelsAreFollowedAndLeft(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--json")...)
	c := sim.online()
	process.types(t, "subscribe com.example.demo:"+channelID)
	require.IsType(t, (*courier.Filter)(nil), c.read())
	asked := c.subscribe()
	assert.Len(t, asked.Apps[0].Subscribe, 1)
	process.types(t, "unsubscribe com.example.demo:"+channelID)
	require.IsType(t, (*courier.Filter)(nil), c.read())
	require.IsType(t, (*courier.ChannelRequest)(nil), c.read())
	process.types(t, "quit")
	code, _, stderr := process.wait()
	assert.Zero(t, code, stderr)
}

func TestPhoneLeavesAndComesBack(t *testing.T) {
	for _, how := range []string{"offline", "offline close", "offline reset", "offline vanish"} {
		t.Run(how, func(t *testing.T) {
			sim := newSimulator(t)
			process := sim.start(sim.flags("--json")...)
			sim.online()
			process.types(t, "wait token", how, "status", "online")
			c, connect := sim.accept()
			assert.Equal(t, baseToken, hex.EncodeToString(connect.Token))
			c.login("")
			process.types(t, "wait online", "quit")
			code, stdout, stderr := process.wait()
			assert.Zero(t, code, stderr)
			assert.Contains(t, stdout, `"online":false`)
		})
	}
}

func TestPhoneChangesItsNetwork(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags()...)
	sim.online()
	process.types(t, "wait token", "cellular 310410")
	c, connect := sim.accept()
	assert.Equal(t, courier.Some(courier.InterfaceCellular), connect.Interface)
	assert.Equal(t, "310410", connect.Carrier)
	c.login("")
	process.types(t, "wait online", "wifi")
	c, connect = sim.accept()
	assert.Equal(t, courier.Some(courier.InterfaceWiFi), connect.Interface)
	c.login("")
	process.types(t, "quit")
	code, _, stderr := process.wait()
	assert.Zero(t, code, stderr)
}

func TestErasedPhoneIsAnotherDevice(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	process := sim.start(sim.flags("--state", dir)...)
	sim.online()
	process.types(t, "wait token")
	before, err := os.ReadFile(filepath.Join(dir, keyFile))
	require.NoError(t, err)
	process.types(t, "erase")
	c, connect := sim.accept()
	assert.Nil(t, connect.Token)
	after, err := os.ReadFile(filepath.Join(dir, keyFile))
	require.NoError(t, err)
	assert.NotEqual(t, before, after, "the key is new, and kept")
	assert.Empty(t, sim.activations[1].Topics)
	assert.Empty(t, sim.activations[0].Replaces)
	assert.Equal(t, deviceOf(t, before), sim.activations[1].Replaces, "which ends the tokens of the one it was")
	c.send(&courier.ConnectResponse{Token: unhex(appToken)})
	require.IsType(t, (*courier.ActiveState)(nil), c.read())
	assert.Equal(t, &courier.Filter{Token: unhex(appToken)}, c.read(), "no app is left")
	process.types(t, "quit")
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	assert.Contains(t, stdout, "Erased")
}

// deviceOf is the id of the device with a key.
func deviceOf(t *testing.T, key []byte) string {
	t.Helper()
	var s state
	require.NoError(t, s.readKey(key))
	spki, err := x509.MarshalPKIXPublicKey(s.key.Public())
	require.NoError(t, err)
	sum := sha256.Sum256(spki)
	return hex.EncodeToString(sum[:8])
}

func TestAcknowledgementsAreAsTyped(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--json")...)
	c := sim.online()
	process.done(t, "ack 3", "status")
	assert.Equal(t, courier.AckUnparsable, c.push(courier.Notification{ID: 1, Timestamp: 1}).Status)
	process.done(t, "ack 1ms", "status")
	assert.Equal(t, courier.AckDelivered, c.push(courier.Notification{ID: 2, Timestamp: 2}).Status)
	process.done(t, "ack never", "status")
	hash := apns.HashTopic(demo)
	c.send(&courier.Notification{ID: 3, Timestamp: 3, Token: unhex(appToken), Topic: hash[:]})
	process.done(t, "wait push", "wait push", "ack now", "status")
	assert.Equal(t, uint32(4), c.push(courier.Notification{ID: 4, Timestamp: 4}).ID, "of the third one nothing was heard")
	process.types(t, "quit")
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	for _, want := range []string{`"acks":"3"`, `"acks":"1ms"`, `"acks":"never"`, `"acks":"now"`} {
		assert.Contains(t, stdout, want)
	}
}

func TestMistakesSayHowItIsDone(t *testing.T) {
	sim := newSimulator(t)
	for _, tc := range []struct{ line, want string }{
		{"lok", `unknown command "lok"; did you mean lock?`},
		{"dance", `unknown command "dance"; help lists the commands`},
		{"install", "usage: install TOPIC"},
		{"lock now", "usage: lock"},
		{"install a/b", `"a/b" is not a bundle ID: use letters, digits, hyphens and dots`},
		{"uninstall com.example.demp", `"com.example.demp" is not installed; did you mean com.example.demo?`},
		{"forbid org.other", `"org.other" is not installed; status lists the installed apps`},
		{"clear org.other", `"org.other" is not installed`},
		{"filter com.example.demo muted", "use enabled, ignored, opportunistic, paused or non-waking"},
		{"subscribe com.example.demo", "use BUNDLE-ID:ID"},
		{"subscribe com.example.demo:%", "the id is the value of apns-channel-id, in base64"},
		{"unsubscribe com.example.demo:" + channelID, "is not subscribed to channel " + channelID},
		{"unsubscribe x", "use BUNDLE-ID:ID"},
		{"cellular lte", "use its MCC and MNC"},
		{"offline now", `offline takes close, reset or vanish, not "now"`},
		{"ack 256", "ack takes now, never, a time like 5s, or a status from 0 to 255"},
		{"ack -5s", "ack takes now, never"},
		{"wait long", "wait takes online, token, push, or a time like 2s"},
		{"\x1b[2J", `unknown command "\x1b[2J"`},
	} {
		t.Run(tc.line, func(t *testing.T) {
			process := sim.start(sim.flags()...)
			c, _ := sim.accept()
			defer c.conn.Close()
			process.types(t, "# a comment", "", tc.line)
			code, _, stderr := process.wait()
			assert.NotZero(t, code, "a script ends at its first mistake")
			assert.Contains(t, stderr, tc.want)
			assert.NotContains(t, stderr, "\x1b")
		})
	}
}

func TestMistakeAtATerminalIsToldAndForgiven(t *testing.T) {
	sim := newSimulator(t)
	process := sim.startAt(true, sim.flags()...)
	sim.online()
	process.types(t, "lok", "quit")
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	assert.Contains(t, stdout, `unknown command "lok"; did you mean lock?`)
	assert.Contains(t, stdout, "Type help for the commands")
}

func TestMistakeIsAnObjectForAProgram(t *testing.T) {
	sim := newSimulator(t)
	process := sim.startAt(true, sim.flags("--json")...)
	sim.online()
	process.types(t, "lok", "quit")
	_, stdout, _ := process.wait()
	assert.Contains(t, stdout, `"command":"lok","error":"unknown command \"lok\"; did you mean lock?"}`)
}

func TestEndOfAScriptIsNotTheEndOfThePhone(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags()...)
	require.NoError(t, process.stdin.Close())
	c := sim.online()
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	code, _, _ := process.end()
	assert.Zero(t, code)
}

// The topic of the demo app's Live Activities, and the token for it.
const (
	liveDemo  = demo + ".push-type.liveactivity"
	liveToken = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
)

// showing plays pushes that fill a screen.
func showing(t *testing.T, process *running, sim *simulator) {
	t.Helper()
	c := sim.online()
	c.issue(liveToken)
	for i, payload := range []string{
		`{"aps":{"alert":{"title":"Game","body":"Bob wants to play"},"badge":2,"thread-id":"games"}}`,
		`{"aps":{"alert":{"title":"Game","subtitle":"again","body":"Bob still wants to play"},"thread-id":"games"}}`,
		`{"aps":{"alert":"no thread"}}`,
		`{"aps":{}}`,
	} {
		c.push(courier.Notification{ID: uint32(i), Timestamp: uint64(i + 1), Payload: []byte(payload)})
	}
	c.send(&courier.Notification{
		ID: 5, Timestamp: 6, Token: unhex(liveToken), Topic: hashOf(liveDemo),
		Payload: []byte(`{"aps":{"event":"update","timestamp":1767268800,"content-state":{"score":"2:1"}}}`),
	})
	require.IsType(t, (*courier.Ack)(nil), c.read())
	for range 5 {
		process.types(t, "wait push")
	}
	process.types(t, "status", "tokens", "list", "clear com.example.demo", "list", "quit")
}

func TestPersonSeesTheScreen(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--topic", demo, "--topic", liveDemo)...)
	showing(t, process, sim)
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	_, stdout, _ = strings.Cut(stdout, "App token: the address of "+liveDemo)
	golden(t, "screen.txt", stdout, sim)
}

func TestProgramReadsTheScreen(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--topic", demo, "--topic", liveDemo, "--json")...)
	showing(t, process, sim)
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	golden(t, "screen.json", stdout, sim)
}

func TestHelpListsEveryWord(t *testing.T) {
	sim := newSimulator(t)
	for _, flags := range [][]string{nil, {"--json"}} {
		process := sim.start(sim.flags(flags...)...)
		c, _ := sim.accept()
		process.types(t, "help", "quit")
		code, stdout, stderr := process.wait()
		c.conn.Close()
		assert.Zero(t, code, stderr)
		for _, w := range inputCommands() {
			assert.Contains(t, stdout, w.name)
			assert.Contains(t, stdout, w.help)
		}
	}
}

// The device actions of the control API are also what can be typed here.
func TestEveryDeviceActionCanBeTypedUnlessOnlyAPNsCanDoIt(t *testing.T) {
	notTyped := map[string]string{
		"low-power":  "no message of the courier protocol that reports it is known",
		"full-power": "no message of the courier protocol that reports it is known",
		"revoke":     "APNs revokes certificates",
		"rotate":     "APNs retires the old token; uninstall and install do the same",
	}
	typed := map[string]inputCommand{}
	for _, command := range inputCommands() {
		typed[command.name] = command
	}
	for _, action := range controlapi.DeviceActions() {
		command, ok := typed[action.Name]
		assert.Equal(t, notTyped[action.Name] == "", ok, action.Name)
		if ok {
			assert.Equal(t, action.App, command.args == "TOPIC", action.Name)
			assert.Equal(t, action.Summary, command.help)
		}
	}
	for name := range actions {
		assert.Contains(t, typed, name, "it is in the table")
	}
}
