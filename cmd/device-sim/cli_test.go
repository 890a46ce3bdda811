package main

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

func parse(t *testing.T, args ...string) runCmd {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.DefaultEnvars("DEVICE_SIM"), variables())
	require.NoError(t, err)
	_, err = parser.Parse(args)
	require.NoError(t, err)
	return c.Run
}

func TestDefaultsSuitASimulatorWithDefaults(t *testing.T) {
	c := parse(t)
	assert.Empty(t, c.Server, "the control API names the courier")
	assert.Equal(t, "http://127.0.0.1:8197", c.Control)
	assert.Equal(t, []string{"com.example.demo"}, c.Topic)
	assert.Equal(t, apns.Production, c.Environment)
	assert.Equal(t, device.StyleV3, c.style)
	assert.Equal(t, "ec", c.KeyType)
	assert.Equal(t, apns.Sandbox, parse(t, "--environment", "development").Environment, "Apple's other word")
}

func TestEveryFlagHasAVariable(t *testing.T) {
	for name, value := range map[string]string{
		"SERVER": "10.0.0.1:5223", "CA": "ca.pem", "CONTROL": "http://10.0.0.1:8197", "TOPIC": "com.example.a,com.example.b",
		"ENVIRONMENT": "sandbox", "STATE": "phone", "STYLE": "none", "KEY_TYPE": "rsa", "NAME": "Anna", "JSON": "true",
		"CHANNEL": "com.example.a:AQ==", "ON_NOTIFICATION": "cat", "ON_NOTIFICATION_TIMEOUT": "1m", "SIMCTL": "booted",
	} {
		t.Setenv("DEVICE_SIM_"+name, value)
	}
	assert.Equal(t, runCmd{
		Server: "10.0.0.1:5223", CA: "ca.pem", Control: "http://10.0.0.1:8197", Topic: []string{"com.example.a", "com.example.b"},
		Environment: apns.Sandbox, State: "phone", Style: "none", KeyType: "rsa", Name: "Anna", JSON: true, style: device.StyleNoALPN,
		Channel: []string{"com.example.a:AQ=="}, channels: []device.Subscription{{Topic: "com.example.a", Channel: "\x01"}},
		OnNotification: "cat", OnNotificationTimeout: time.Minute, Simctl: "booted",
	}, parse(t, "run"))
}

func TestTheControlAPIMayStandInTheVariablesOfApnsSim(t *testing.T) {
	t.Setenv("APNS_SIM_CONTROL", "http://10.0.0.1:8197")
	t.Setenv("APNS_SIM_CONTROL_TOKEN", "secret")
	c := parse(t, "run")
	assert.Equal(t, "http://10.0.0.1:8197", c.Control)
	assert.Equal(t, "secret", c.ControlToken)
	t.Setenv("DEVICE_SIM_CONTROL", "http://10.0.0.2:8197")
	assert.Equal(t, "http://10.0.0.2:8197", parse(t, "run").Control, "its own variable wins")
	assert.Equal(t, "http://10.0.0.3:8197", parse(t, "run", "--control", "http://10.0.0.3:8197").Control)
	for _, command := range []string{"run", "handshake", "fleet"} {
		var stdout, stderr strings.Builder
		assert.Zero(t, run(t.Context(), []string{command, "--help"}, testStreams(&stdout, &stderr)), command)
		assert.Regexp(t, `\$DEVICE_SIM_CONTROL,\s+\$APNS_SIM_CONTROL`, stdout.String(), command)
	}
}

func TestHelpAndVersionSucceed(t *testing.T) {
	for args, want := range map[string]string{
		"--help":          "Emulates devices of the APNs simulator.",
		"run --help":      "$DEVICE_SIM_SERVER",
		"version":         "device-sim ",
		"--version":       "device-sim ",
		"version --json":  `"go":"go1.`,
		"completion fish": "complete -c device-sim ",
		"man":             ".SH NAME\ndevice\\-sim \\- ",
	} {
		var stdout, stderr strings.Builder
		assert.Zero(t, run(t.Context(), strings.Fields(args), testStreams(&stdout, &stderr)), args)
		assert.Contains(t, stdout.String(), want, args)
		assert.Empty(t, stderr.String(), args)
	}
}

func TestRedirectsNeverLeadToApple(t *testing.T) {
	for _, tc := range []struct{ host, want, reason string }{
		{"7-courier.push.apple.com", "127.0.0.1:5223", "the simulator stands for all of Apple's couriers"},
		{"7-COURIER.sandbox.push.apple.com", "127.0.0.1:5223", "in any case"},
		{"courier.push.apple.com:5223", "127.0.0.1:5223", "with a port"},
		{"courier.push.apple.com.", "127.0.0.1:5223", "with the dot of a whole name"},
		{"courier.push.apple.com.:443", "127.0.0.1:5223", "with both"},
		{"push.apple.com", "127.0.0.1:5223", "the domain itself"},
		{"apple.com.example", "apple.com.example:5223", "which is not Apple's"},
		{"pineapple.com", "pineapple.com:5223", "nor is this"},
		{"::1", "[::1]:5223", "an address with colons"},
		{"10.0.0.2", "10.0.0.2:5223", "the same port"},
		{"localhost:6000", "localhost:6000", "unless the host names one"},
	} {
		assert.Equal(t, tc.want, redirected("127.0.0.1:5223", tc.host), tc.reason)
	}
}
