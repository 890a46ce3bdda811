package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// A driver uses the commands on a simulator.
type driver struct {
	t      *testing.T
	server *server
}

func drive(t *testing.T, args ...string) *driver {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	return &driver{t, serve(t, append([]string{"--any-port", "--log-level", "error"}, args...)...)}
}

// do runs a command that has to succeed.
func (d *driver) do(args ...string) string {
	d.t.Helper()
	d.t.Setenv("APNS_SIM_CONTROL", d.server.Control)
	return succeed(d.t, args...)
}

// fail runs a command that has to fail with a code, and returns what it says.
func (d *driver) fail(code int, args ...string) outcome {
	d.t.Helper()
	d.t.Setenv("APNS_SIM_CONTROL", d.server.Control)
	o := invoke(d.t, args...)
	require.Equal(d.t, code, o.code, "%v: %s", args, o.stderr)
	return o
}

// lines decodes lines of JSON.
func lines[T any](t *testing.T, text string) (list []T) {
	t.Helper()
	for line := range strings.Lines(text) {
		var one T
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		list = append(list, one)
	}
	return list
}

// device makes a device inside the simulator.
func (d *driver) device() controlapi.Device {
	d.t.Helper()
	made := lines[controlapi.Device](d.t, d.do("device", "create", "--json"))
	require.Len(d.t, made, 1)
	require.NotEmpty(d.t, made[0].Apps)
	return made[0]
}

func TestAPushIsWaitedForListedShownAndReplayed(t *testing.T) {
	d := drive(t)
	device := d.device()
	const id = "11111111-2222-3333-4444-555555555555"
	d.do("send", "--token", device.Apps[0].Token, "--id", id, "--payload", `{"aps":{"badge":3}}`)

	waited := lines[control.Notification](t, d.do("wait", "--state", "delivered", "--payload", "aps.badge=3", "--json"))
	require.Len(t, waited, 1)
	assert.Equal(t, id, strings.ToLower(waited[0].ID))
	assert.Contains(t, d.do("list", "--push-type", "alert"), "delivered")
	assert.Contains(t, d.do("list"), "NUMBER")
	shown := d.do("show", id)
	for _, want := range []string{`{"aps":{"badge":3}}`, "check topic", "passed", "Delivered to Device", "provider token SIMTEAM001 SIMKEY0001"} {
		assert.Contains(t, shown, want)
	}
	const advised = "22222222-2222-3333-4444-555555555555"
	d.do("send", "--token", device.Apps[0].Token, "--id", advised, "--payload", `{"aps":{"alert":"A"},"alert":"B","alert":"C"}`)
	assert.Regexp(t, `(?m)^advice +duplicate-key: "alert" occurs more than once in its object$`, d.do("show", advised))
	assert.Contains(t, d.do("device", "inbox", device.ID.String(), "--count", "1"), `{"aps":{"badge":3}}`)
	d.do("device", "inbox", device.ID.String(), "--clear")

	var again struct{ ID, ReplayOf string }
	require.NoError(t, json.Unmarshal([]byte(d.do("replay", id, "--json")), &again))
	assert.Equal(t, id, strings.ToLower(again.ReplayOf))
	d.do("wait", "--apns-id", again.ID, "--state", "delivered")
	events := lines[control.Event](t, d.do("tail", "--after", "0", "--limit", "2", "--apns-id", id, "--json"))
	require.Len(t, events, 2)
	assert.Equal(t, []string{"received", "accepted"}, []string{events[0].Event, events[1].Event})
	assert.Contains(t, d.do("tail", "--after", "0", "--limit", "1", "--apns-id", id), "received")

	d.do("reset")
	assert.Empty(t, d.do("list", "--json"))
}

func TestLatestShowsTheNewestPushThatMatchesOrWaitsForOne(t *testing.T) {
	d := drive(t)
	token := d.device().Apps[0].Token
	const old, newest = "11111111-2222-3333-4444-555555555555", "22222222-2222-3333-4444-555555555555"
	d.do("send", "--token", token, "--id", old, "--payload", `{"aps":{"badge":3}}`)
	d.do("send", "--token", token, "--id", newest, "--payload", `{"aps":{"badge":4}}`)
	shown := d.do("latest", "--topic", "com.example.*")
	assert.Contains(t, shown, newest)
	assert.Contains(t, shown, "check topic", "as show prints it")
	assert.Contains(t, strings.ToLower(d.do("latest", "--payload", "aps.badge=3", "--json")), old)

	o := d.fail(exitFailure, "latest", "--payload", "aps.badge=5")
	assert.Contains(t, o.stderr, "no push in the history matches payload.aps.badge=5")
	o = d.fail(exitNotMet, "latest", "--payload", "aps.badge=5", "--timeout", "1ms")
	assert.Contains(t, o.stderr, "payload.aps.badge is 4  not 5")
	o = d.fail(exitFailure, "latest", "--after", "2")
	assert.Contains(t, o.stderr, "no push in the history matches everything")

	came := make(chan string)
	go func() { came <- d.do("latest", "--payload", "aps.badge=6", "--timeout", "1m", "--json") }()
	d.do("send", "--token", token, "--payload", `{"aps":{"badge":6}}`)
	assert.Contains(t, <-came, `"badge":6`)
}

func TestAReplayWithChangesIsSentAndCheckedAgain(t *testing.T) {
	d := drive(t)
	first, second := d.device(), d.device()
	const id = "11111111-2222-3333-4444-555555555555"
	d.do("send", "--token", first.Apps[0].Token, "--id", id, "--collapse-id", "game-1", "--priority", "5", "--payload", `{"aps":{"badge":3}}`)

	shown := func(again string) (n control.FullNotification) {
		require.NoError(t, json.Unmarshal([]byte(d.do("show", again, "--json")), &n))
		return n
	}
	replay := func(args ...string) (n control.FullNotification, r changedReplay) {
		require.NoError(t, json.Unmarshal([]byte(d.do(append([]string{"replay", id, "--json"}, args...)...)), &r))
		assert.Equal(t, id, strings.ToLower(r.ReplayOf))
		assert.NotEqual(t, id, strings.ToLower(r.ID))
		return shown(r.ID), r
	}
	n, _ := replay("--payload", `{"aps":{"badge":4}}`)
	assert.JSONEq(t, `{"aps":{"badge":4}}`, string(n.Payload))
	assert.Equal(t, []any{"game-1", 5, first.Apps[0].Token}, []any{n.CollapseID, n.Priority, n.Token}, "the rest is as it was")
	n, _ = replay("--header", "apns-collapse-id=", "--header", "apns-priority=10")
	assert.Equal(t, []any{"", 10}, []any{n.CollapseID, n.Priority})
	assert.JSONEq(t, `{"aps":{"badge":3}}`, string(n.Payload))
	n, _ = replay("--token", second.Apps[0].Token)
	assert.Equal(t, second.ID.String(), n.Device)
	require.NotNil(t, n.Request, "it came as a request")

	o := d.fail(exitFailure, "replay", id, "--header", "apns-topic=com.example.unknown")
	assert.Contains(t, o.stderr, "the changed push was rejected: 400 ")
	o = d.fail(exitUsage, "replay", id, "--payload", "@"+filepath.Join(t.TempDir(), "absent"))
	assert.Contains(t, o.stderr, "absent")
}

func TestAWaitThatIsNotMetEndsWithFourAndSaysWhatCameInstead(t *testing.T) {
	d := drive(t)
	device := d.device()
	d.do("send", "--token", device.Apps[0].Token, "--payload", `{"aps":{"badge":3}}`)
	o := d.fail(exitNotMet, "wait", "--payload", "aps.badge=4", "--timeout", "0s")
	assert.Empty(t, o.stdout)
	assert.Contains(t, o.stderr, "payload.aps.badge is 3  not 4")
	assert.Contains(t, o.stderr, "apns-sim: condition not met: 0 of 1 pushes matched payload.aps.badge=4")

	o = d.fail(exitNotMet, "wait", "--payload", "aps.badge=4", "--timeout", "0s", "--json")
	missed := lines[control.NotMet](t, o.stdout)
	require.Len(t, missed, 1)
	assert.Equal(t, "payload.aps.badge", missed[0].NearMisses[0].Differences[0].Word)

	o = d.fail(exitNotMet, "device", "inbox", device.ID.String(), "--count", "9", "--timeout", "1ms")
	assert.Contains(t, o.stderr, "and not 9")
}

func TestFaultsComeAndGoByCommands(t *testing.T) {
	d := drive(t)
	device := d.device()
	d.do("fault", "add", "respond", "--name", "busy", "--reason", "TooManyRequests", "--times", "2", "--where", "topic=com.example.demo")
	for _, want := range []int{exitFailure, exitFailure, exitOK} {
		d.fail(want, "send", "--token", device.Apps[0].Token)
	}
	states := lines[fault.State](t, d.do("fault", "list", "--json"))
	require.Len(t, states, 1)
	assert.Equal(t, 2, states[0].Hits)
	assert.Equal(t, fault.Where{"topic": "com.example.demo"}, states[0].Where)
	assert.Contains(t, d.do("fault", "list"), "respond TooManyRequests")
	d.do("fault", "remove", "busy")
	d.do("fault", "add", "resets")
	d.do("fault", "add", `{"what":{"do":"delay"}}`, "--delay", "1ms")
	assert.Len(t, lines[fault.State](t, d.do("fault", "list", "--json")), 2)
	d.do("fault", "remove", "--all")
	assert.Empty(t, d.do("fault", "list", "--json"))
	assert.Contains(t, d.do("fault", "presets"), "resets")

	for want, args := range map[string][]string{
		`did you mean "resets"?`:               {"add", "reset"},
		"--reason: a preset cannot be changed": {"add", "resets", "--reason", "Shutdown"},
		"fault remove needs the name":          {"remove"},
		"what.delay":                           {"add", "delay"},
		"unexpected end of JSON":               {"add", "{"},
		"no such file":                         {"add", "@/no/such/file"},
	} {
		assert.Contains(t, d.fail(exitUsage, append([]string{"fault"}, args...)...).stderr, want)
	}
	assert.Contains(t, d.fail(exitFailure, "fault", "remove", "none").stderr, `"none"`)
}

func TestTheClockIsMovedByCommands(t *testing.T) {
	d := drive(t)
	d.do("space", "create", "--team", "SPACE00001")
	var face clockFace
	require.NoError(t, json.Unmarshal([]byte(d.do("clock", "advance", "1h", "--json")), &face))
	assert.InDelta(t, time.Hour.Seconds(), time.Until(face.Time).Seconds(), 60)
	d.do("clock", "set", "2030-01-01T12:00:00Z")
	assert.Contains(t, d.do("clock", "show"), "2030-01-01T12:0")
	require.NoError(t, json.Unmarshal([]byte(d.do("clock", "advance", "--space", "SPACE00001", "--json", "--", "-1h")), &face))
	assert.InDelta(t, -time.Hour.Seconds(), time.Until(face.Time).Seconds(), 60, "a space has a clock of its own")
	assert.Equal(t, exitUsage, invoke(t, "clock", "advance", "soon").code)
}

func TestDevicesDoWhatTheyAreTold(t *testing.T) {
	d := drive(t)
	device := d.device()
	id := device.ID.String()
	t.Setenv("APNS_SIM_DEVICE_ID", id) // as exec does
	tell := func(args ...string) (now controlapi.Device) {
		require.NoError(t, json.Unmarshal([]byte(d.do(append([]string{"device"}, append(args, "--json")...)...)), &now))
		return now
	}
	assert.False(t, tell("offline").Online)
	assert.True(t, tell("online", id).Online)
	assert.Equal(t, "asleep", tell("sleep").Power)
	for _, action := range []string{"wake", "unlock", "lock"} {
		assert.NotEqual(t, "asleep", tell(action).Power, action)
	}
	assert.True(t, tell("low-power").LowPower)
	assert.Contains(t, d.do("device", "list"), "low power")
	assert.False(t, tell("full-power").LowPower)
	assert.Equal(t, id, tell("redirect", "--host", "localhost").ID.String())
	assert.True(t, tell("online").Online, "the name leads back here")
	before := device.Apps[0].Token
	decrypted := d.do("device", "decrypt-token", before)
	assert.Contains(t, decrypted, id)
	assert.Contains(t, decrypted, "30229c4c com.example.demo")
	assert.Contains(t, d.fail(exitFailure, "device", "decrypt-token", strings.Repeat("00", 32)).stderr, "this simulator did not issue it")
	d.do("device", "new-token-key")
	d.do("send", "--token", before)
	assert.NotEqual(t, before, tell("rotate").Apps[0].Token)
	assert.Len(t, tell("install", "--topic", "com.example.more").Apps, len(device.Apps)+1)
	assert.Len(t, tell("uninstall", "--topic", "com.example.more").Apps, len(device.Apps))
	assert.Equal(t, id, tell("show").ID.String())
	assert.Contains(t, d.do("device", "list"), id)
	assert.Contains(t, d.do("device", "show"), "com.example.demo")
	assert.NotEqual(t, id, tell("erase").ID.String(), "another device")
	assert.Contains(t, d.fail(exitFailure, "device", "show", id).stderr, id)
	revoked := d.device()
	d.do("device", "revoke", revoked.ID.String())
	removed := d.device()
	d.do("device", "remove", removed.ID.String())
	d.fail(exitFailure, "device", "remove", removed.ID.String())
	t.Setenv("APNS_SIM_DEVICE_ID", "")
	assert.Contains(t, d.fail(exitUsage, "device", "online").stderr, "the device ID is missing")
}

func TestSpacesAndTeamsAreMadeByCommands(t *testing.T) {
	d := drive(t)
	assert.Contains(t, d.do("space", "create", "--team", "SPACE00001", "--topic", "com.a"), "export APNS_SIM_TOKEN='")
	assert.Contains(t, d.do("space", "list"), "SPACE00001")
	assert.Contains(t, d.do("space", "show", "SPACE00001"), "com.a")
	d.do("reset", "--space", "SPACE00001")
	d.fail(exitFailure, "space", "create", "--team", "SPACE00001")
	assert.Contains(t, d.do("team", "add-key", "SPACE00001", "--id", "KEY0000002"), "BEGIN PRIVATE KEY")
	d.do("team", "add-app", "SPACE00001", "com.b")
	assert.Regexp(t, `SPACE00001 +its own +\S*KEY0000002\S* +com.a,com.b`, d.do("team", "list"))
	d.do("team", "revoke", "SPACE00001", "KEY0000002")
	token := d.device().Apps[0].Token
	d.do("team", "suspend", "SIMTEAM001")
	assert.Contains(t, d.do("team", "list"), "suspended")
	d.fail(exitFailure, "send", "--token", token)
	d.do("team", "resume", "SIMTEAM001")
	d.do("send", "--token", token)
	d.do("space", "delete", "SPACE00001")
	assert.NotContains(t, d.do("space", "list"), "SPACE00001")
}

func TestProviderTokensAreSignedAndDecoded(t *testing.T) {
	d := drive(t)
	token := strings.TrimSpace(d.do("jwt", "sign", "--age", "2m"))
	text := d.do("jwt", "inspect", token)
	assert.Contains(t, text, "SIMKEY0001")
	assert.Regexp(t, `issued +\S+Z, [0-9ms]+ ago`, text)
	o := invokeWith(t, "Bearer "+token+"\n", "jwt", "inspect", "-", "--json")
	var seen struct {
		Header struct{ Alg, Kid string }
		Claims struct {
			Iss string
			Iat int64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &seen), o.stderr)
	assert.Equal(t, "ES256", seen.Header.Alg)
	assert.Equal(t, "SIMTEAM001", seen.Claims.Iss)
	assert.InDelta(t, time.Now().Add(-2*time.Minute).Unix(), seen.Claims.Iat, 60, "as old as was asked for")
	assert.Equal(t, exitUsage, invoke(t, "jwt", "inspect", "abc").code)
	assert.Contains(t, d.fail(exitUsage, "jwt", "sign", "--key-file", "x.p8").stderr, "--team")
}

func TestFilterFlagsAreTheFilterWords(t *testing.T) {
	var flags []string
	for field := range reflect.TypeFor[filterFlags]().Fields() {
		flags = append(flags, field.Tag.Get("name"))
	}
	for _, word := range filters.Words() {
		name := strings.TrimSuffix(word.Name, ".")
		assert.True(t, slices.Contains(flags, name), "--%s is missing", name)
	}
	assert.Len(t, flags, len(filters.Words()))
}

func TestARefusalIsToldWithItsRemedyAndExitCode(t *testing.T) {
	d := drive(t)
	assert.Contains(t, d.fail(exitUsage, "list", "--state", "deliverd").stderr, "did you mean delivered?")
	assert.Contains(t, d.fail(exitFailure, "show", "none").stderr, `no push has the id "none"`)
	assert.Contains(t, invoke(t, "list", "--control", "http://"+free(t)).stderr, "start it with apns-sim serve")
	assert.Equal(t, exitUnreachable, invoke(t, "list", "--control", "http://"+free(t)).code)
	assert.Equal(t, exitUsage, invoke(t, "list", "--control", "localhost").code)

	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "what?", http.StatusTeapot) }))
	defer other.Close()
	o := invoke(t, "list", "--control", other.URL)
	assert.Equal(t, exitFailure, o.code)
	assert.Contains(t, o.stderr, "418 I'm a teapot")
}
