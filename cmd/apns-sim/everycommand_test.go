package main

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
)

// commandOf names for each operation of the control API the command that asks for it.
var commandOf = map[string]string{
	"live": "ready", "ready": "ready", "info": "ready",
	"root-certificate": "env", "get-credentials": "env", "reserved-tokens": "token",

	"add-app": "team add-app", "remove-app": "team remove-app",
	"list-teams": "team list", "get-team": "team show", "make-key": "team add-key", "revoke-key": "team revoke",
	"delete-team": "team delete", "suspend-team": "team suspend", "resume-team": "team resume",
	"inspect-provider-token":  "jwt inspect",
	"rotate-device-token-key": "device new-token-key", "decrypt-token": "device decrypt-token",

	"list-certificates": "cert list", "revoke-certificate": "cert revoke",

	"list-channels": "channel list", "make-channel": "channel create", "delete-channel": "channel delete",
	"list-connections": "connection list", "close-connection": "connection close",

	"list-webhooks": "webhook list",

	"check": "check", "reset": "reset", "export-state": "state export",
	"get-clock": "clock show", "set-clock": "clock set", "advance-clock": "clock advance",

	"list-devices": "device list", "make-devices": "device create", "get-device": "device show", "delete-device": "device remove",
	"get-inbox": "device inbox", "clear-inbox": "device inbox",
	"online-device": "device online", "offline-device": "device offline", "lock-device": "device lock", "unlock-device": "device unlock",
	"sleep-device": "device sleep", "wake-device": "device wake", "low-power-device": "device low-power", "full-power-device": "device full-power",
	"erase-device": "device erase", "revoke-device": "device revoke", "redirect-device": "device redirect",
	"install-app": "device install", "uninstall-app": "device uninstall", "rotate-app": "device rotate",
	"forbid-app": "device forbid", "allow-app": "device allow",

	"list-notifications": "list", "count-notifications": "count", "delete-notifications": "delete", "wait-for-notifications": "wait",
	"show-notification": "show", "latest-notification": "latest", "replay-notification": "replay", "follow-events": "tail",

	"list-faults": "fault list", "add-fault": "fault add", "get-fault": "fault show", "remove-fault": "fault remove", "remove-faults": "fault remove",
	"fault-kinds": "fault kinds", "fault-presets": "fault presets",

	"list-spaces": "space list", "make-space": "space create", "get-space": "space show", "delete-space": "space delete", "reset-space": "reset",
	"get-space-clock": "clock show", "set-space-clock": "clock set", "advance-space-clock": "clock advance",
}

// noCommand are the operations that nobody would ask for from the command line.
var noCommand = map[string]string{
	"activate": "a device does it: device-sim",

	"play-lesson": "device-sim handshake plays it", "list-experiments": "device-sim handshake --help lists them",
	"export-lesson": "device-sim handshake --html writes it",

	"explain": "the command explain reads the tables itself", "list-explanations": "the command explain reads the tables itself",
	"send-notification": "the command send is a provider of its own",
	"summarize-events":  "count tells it once, tail follows each event", "summarize-devices": "device list has each of them",
	"inspect-certificate": "cert create says what it makes; openssl reads the rest",
	"get-screen":          "device-sim shows what a device makes of a push",
	"follow-frames":       "the console shows them, device-sim handshake explains them",
	"metrics":             "Prometheus reads it",
}

func TestEveryOperationOfTheControlAPIHasACommand(t *testing.T) {
	commands := map[string]bool{}
	for _, leaf := range model(t).Leaves(false) {
		commands[leaf.Path()] = true
	}
	c := &contract{server: serve(t, "--any-port"), schemas: jsonschema.NewCompiler()}
	there := map[string]bool{}
	for _, op := range c.read(t) {
		there[op.OperationID] = true
		if noCommand[op.OperationID] == "" && assert.NotEmpty(t, commandOf[op.OperationID], "no command asks for %s %s", op.method, op.path) {
			assert.True(t, commands[commandOf[op.OperationID]], "%s: there is no command %q", op.OperationID, commandOf[op.OperationID])
		}
	}
	for operation := range commandOf {
		assert.True(t, there[operation], "%s is no operation", operation)
	}
}

func TestConnectionsAreListedAndClosedByCommands(t *testing.T) {
	d := drive(t)
	device := d.device()
	open := lines[controlapi.Connection](t, d.do("connection", "list", "--json"))
	require.Len(t, open, 1)
	assert.Equal(t, device.ID, open[0].Device)
	assert.Contains(t, d.do("connection", "list"), device.ID.String())
	assert.Contains(t, d.fail(exitFailure, "connection", "list", "--space", "NOBODY0001").stderr, "NOBODY0001")
	d.do("connection", "close", device.ID.String())
	assert.Contains(t, d.fail(exitFailure, "connection", "close", "4711").stderr, "there is no open connection 4711")
}

func TestChannelsAreMadeListedAndDeletedByCommands(t *testing.T) {
	d := drive(t)
	const topic = "com.example.demo"
	made := lines[controlapi.Channel](t, d.do("channel", "create", topic, "--stores", "--environment", "sandbox", "--json"))[0]
	assert.True(t, made.Stores)
	listed := lines[controlapi.Channel](t, d.do("channel", "list", topic, "--environment", "sandbox", "--team", "SIMTEAM001", "--json"))
	require.Len(t, listed, 1)
	assert.Equal(t, made.ID, listed[0].ID)
	assert.Contains(t, d.do("channel", "list", topic, "--environment", "sandbox"), "one message")
	d.do("channel", "delete", made.ID)
	assert.Empty(t, d.do("channel", "list", topic, "--environment", "sandbox", "--json"))
	assert.NotEmpty(t, d.do("channel", "create", topic))
	d.do("team", "add-app", "SIMTEAM001", "com.quiet", "--no-broadcast")
	assert.Contains(t, d.channelsOf("com.quiet"), "FeatureNotEnabled")
	d.do("team", "add-app", "SIMTEAM001", "com.quiet")
	assert.NotContains(t, d.channelsOf("com.quiet"), "FeatureNotEnabled")
	d.do("team", "remove-app", "SIMTEAM001", "com.quiet")
	assert.NotContains(t, d.do("team", "show", "SIMTEAM001"), "com.quiet")
}

// channelsOf asks for the channels of an app as a provider does.
func (d *driver) channelsOf(topic string) string {
	d.t.Helper()
	client, err := (&sendCommand{controlFlags: controlFlags{Control: d.server.Control}}).client(d.t.Context(), nil)
	require.NoError(d.t, err)
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.server.Channels+"/1/apps/"+topic+"/all-channels", nil)
	require.NoError(d.t, err)
	request.Header.Set("authorization", "bearer "+strings.TrimSpace(d.do("jwt", "sign")))
	response, err := client.Do(request)
	require.NoError(d.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(d.t, err)
	return string(text)
}

func TestPushesAreCountedAndDeletedByCommands(t *testing.T) {
	d := drive(t)
	token := d.device().Apps[0].Token
	for range 3 {
		d.do("send", "--token", token)
	}
	d.do("wait", "--count", "3", "--state", "delivered")
	assert.Equal(t, "3\n", d.do("count", "--topic", "com.example.demo"))
	assert.JSONEq(t, `{"count":0,"evicted":0,"evictedFailures":0}`, d.do("count", "--reason", "BadDeviceToken", "--json"))
	assert.Contains(t, d.fail(exitUsage, "delete").stderr, "--all")
	assert.Contains(t, d.fail(exitUsage, "delete", "--all", "--topic", "x").stderr, "cannot be combined")
	assert.JSONEq(t, `{"deleted":0}`, d.do("delete", "--topic", "com.other", "--json"))
	assert.Contains(t, d.do("delete", "--all"), "3")
	assert.Equal(t, "0\n", d.do("count"))
}

func TestACheckSaysWhetherAllAgrees(t *testing.T) {
	d := drive(t)
	d.device()
	assert.Regexp(t, `consistent +yes\n`, d.do("check"))
	var r checkReport
	require.NoError(t, json.Unmarshal([]byte(d.do("check", "--json")), &r))
	assert.True(t, r.Consistent)
	assert.Equal(t, 1, r.Connected)
}

func TestAKeyIsRestrictedByItsCommand(t *testing.T) {
	d := drive(t)
	d.do("team", "add-key", "SIMTEAM001", "--id", "KEY0000002", "--environment", "sandbox", "--topic", "com.example.demo")
	assert.Regexp(t, `key KEY0000002 +sandbox, com\.example\.demo`, d.do("team", "show", "SIMTEAM001"))
	keys := lines[controlapi.Team](t, d.do("team", "show", "SIMTEAM001", "--json"))[0].Keys
	require.Len(t, keys, 2)
	i := slices.IndexFunc(keys, func(k controlapi.Key) bool { return k.ID == "KEY0000002" })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, []string{apns.Sandbox.String()}, keys[i].Environments)
	assert.Contains(t, d.fail(exitUsage, "team", "add-key", "SIMTEAM001", "--environment", "moon").stderr, "environments")
}

func TestAFaultIsShownAndKindsAreListed(t *testing.T) {
	d := drive(t)
	d.do("fault", "add", "respond", "--name", "busy", "--reason", "TooManyRequests")
	assert.Contains(t, d.do("fault", "show", "busy"), "respond TooManyRequests")
	assert.Regexp(t, `(?m)^respond +request `, d.do("fault", "kinds"))
}

func TestHelpOfFaultAddListsParametersAndTheirValues(t *testing.T) {
	help := succeed(t, "fault", "add", "--help")
	limited := 0
	for _, kind := range fault.Kinds() {
		assert.Contains(t, help, string(kind.Kind))
		for _, parameter := range slices.Concat(kind.Needs, kind.Takes) {
			for _, value := range fault.Values(parameter) {
				assert.Regexp(t, `(?m)^ +`+parameter+`: .*`+regexp.QuoteMeta(value), help)
				limited++
			}
		}
	}
	assert.Positive(t, limited)
	assert.Contains(t, help, "break-handshake handshake\n")
	assert.Contains(t, help, "handshake: cut, old-version, bad-cipher or alert\n")
}

func TestNoDevicesAtAllCannotBeCreated(t *testing.T) {
	for _, n := range []string{"0", "-1"} {
		o := invoke(t, "device", "create", "--count="+n, "--control", "http://127.0.0.1:1")
		assert.Equal(t, exitUsage, o.code, o.stderr)
		assert.Contains(t, o.stderr, "--count is "+n+"; the minimum is 1")
	}
}
