package main

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what a run printed with a file, after what is different in each
// run was replaced by names.
func golden(t *testing.T, name, got string, sim *simulator) {
	t.Helper()
	got = strings.NewReplacer(sim.listener.Addr().String(), "SERVER", sim.control.URL, "CONTROL").Replace(got)
	for _, r := range []struct{ pattern, name string }{
		{`00 [0-9a-f]{16} [0-9a-f]{16}`, "NONCE"},
		{`01(01|03)[0-9a-f]{28}…, \d+ bytes`, "SIGNATURE… bytes"},
		{`("device":"|device      |: device |Device )[0-9a-f]{16}`, "${1}DEVICE"},
	} {
		got = regexp.MustCompile(r.pattern).ReplaceAllString(got, r.name)
	}
	goldenFile(t, name, got)
}

// goldenFile compares a text with a file.
func goldenFile(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// script plays a device's day: first login, pushes of all kinds, a lost connection, and
// what was stored meanwhile.
func script(sim *simulator) {
	c, _ := sim.accept()
	c.login(baseToken)
	c.send(&courier.NoStorage{Token: unhex(baseToken)})
	c.issue(appToken)
	c.push(courier.Notification{
		ID: 1, Timestamp: 1, Expiry: 1767312000, Priority: 10,
		Payload: []byte(`{"aps": {"alert": {"title": "Game Request", "body": "Bob wants\u001b[2J to play"}, "badge": 3, "sound": "chime.aiff"}, "game": 7}`),
	})
	c.push(courier.Notification{ID: 2, Timestamp: 2, Priority: 5, Payload: []byte(`{"aps":{"content-available":1}}`)})
	c.push(courier.Notification{ID: 3, Timestamp: 3, Payload: []byte("plain\xfftext")})
	c.push(courier.Notification{ID: 4, Timestamp: 3, Payload: []byte("plain\xfftext")})
	c.conn.Close()

	c, connect := sim.accept()
	require.Equal(sim, baseToken, hex.EncodeToString(connect.Token))
	c.login("")
	c.push(courier.Notification{ID: 1, Timestamp: 5, StorageFlags: 3, Priority: 1, Expiry: 1767312000, Payload: []byte(`{"aps":{"alert":"while you were away"}}`)})
}

func TestPersonSeesEachStep(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags()...)
	script(sim)
	code, stdout, stderr := process.end()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	assert.NotContains(t, stdout, "\x1b", "a payload cannot drive the terminal, and nobody asked for color")
	golden(t, "textreport.txt", stdout, sim)
}

func TestProgramReadsOneObjectPerLine(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--json")...)
	script(sim)
	code, stdout, stderr := process.end()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	golden(t, "lines.json", stdout, sim)
}

// A program that waits for one of them must not wait for ever.
func TestProgramHearsOfEveryEventOfADevice(t *testing.T) {
	id := apns.DeviceID{1}
	broken := errors.New("broken")
	for kind, tc := range map[device.EventKind]struct {
		event device.Event
		want  string // without event and device
	}{
		device.EventConnected:            {device.Event{}, ""},
		device.EventDisconnected:         {device.Event{}, ""},
		device.EventConnectFailed:        {device.Event{Err: broken}, `,"error":"broken"`},
		device.EventIdentityRejected:     {device.Event{Status: 2, Err: broken}, `,"error":"broken"`},
		device.EventBaseToken:            {device.Event{Token: "\x01"}, `,"deviceToken":"01"`},
		device.EventToken:                {device.Event{Topic: demo, Token: "\x02"}, `,"topic":"com.example.demo","deviceToken":"02"`},
		device.EventTokenRejected:        {device.Event{Topic: demo, Status: 1}, `,"topic":"com.example.demo","status":1`},
		device.EventNotificationRejected: {device.Event{Topic: demo, Token: "\x02", Status: 7}, `,"topic":"com.example.demo","deviceToken":"02","status":7`},
		device.EventErased:               {device.Event{}, ""},
		device.EventSubscribed:           {device.Event{Topic: demo}, `,"topic":"com.example.demo"`},
		device.EventSubscriptionEnded:    {device.Event{Topic: demo, Err: broken}, `,"topic":"com.example.demo","error":"broken"`},
		device.EventIdentity:             {device.Event{}, ""},
		device.EventGivenUp:              {device.Event{Err: broken}, `,"error":"broken"`},
		device.EventRenewFailed:          {device.Event{Err: broken}, `,"error":"broken"`},
	} {
		var written strings.Builder
		lines := &jsonLines{out: sink{w: &written, failed: func(err error) { t.Error(err) }}}
		tc.event.Kind = kind
		lines.event(id, tc.event)
		assert.Equal(t, `{"event":"`+lineNames[kind]+`","device":"0100000000000000"`+tc.want+"}\n", written.String())
	}
	for kind := device.EventKind(1); kind.String() != fmt.Sprintf("event %d", kind); kind++ {
		if kind != device.EventNotification { // which has a line of its own
			assert.Contains(t, lineNames, kind, kind.String())
		}
	}
}

func TestStateMakesTheNextRunTheSameDevice(t *testing.T) {
	sim := newSimulator(t)
	dir := filepath.Join(t.TempDir(), "phone")
	process := sim.start(sim.flags("--state", dir, "--style", "v2", "--key-type", "rsa", "--name", "Anna's phone")...)
	c, _ := sim.accept()
	require.NotEmpty(t, c.conn.ConnectionState().PeerCertificates, "style v2 shows the certificate in TLS")
	c.login(baseToken)
	c.issue(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	code, stdout, stderr := process.end()
	assert.Zero(t, code, stderr)
	golden(t, "state-first.txt", strings.ReplaceAll(stdout, dir, "DIR"), sim)

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode(), "%s is for its owner alone", e.Name())
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"certificate.pem", "device.json", "key.pem"}, names)

	process = sim.start(sim.flags("--state", dir, "--style", "v2")...)
	c, connect := sim.accept()
	assert.Equal(t, baseToken, hex.EncodeToString(connect.Token), "the sealed token of the first run")
	c.login("")
	c.push(courier.Notification{ID: 1, Timestamp: 2})
	code, stdout, stderr = process.end()
	assert.Zero(t, code, stderr)
	golden(t, "state-second.txt", strings.ReplaceAll(stdout, dir, "DIR"), sim)
	assert.Len(t, sim.activations, 1)
}

// Its token is void by the next run, as pushes were turned away meanwhile.
func TestUninstalledAppAsksForATokenInTheNextRun(t *testing.T) {
	const other = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
	sim := newSimulator(t)
	dir := t.TempDir()
	process := sim.start(sim.flags("--state", dir)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	process.done(t, "wait token", "uninstall "+demo)
	require.IsType(t, (*courier.Filter)(nil), c.read())
	code, _, stderr := process.end()
	assert.Zero(t, code, stderr)

	process = sim.start(sim.flags("--state", dir)...)
	c, connect := sim.accept()
	assert.Equal(t, baseToken, hex.EncodeToString(connect.Token))
	c.login("")
	c.issue(other)
	process.done(t, "wait token")
	_, stdout, _ := process.end()
	assert.Contains(t, stdout, other)
	assert.NotContains(t, stdout, appToken)
}

// The activation after it may fail, or never be done.
func TestErasedPhoneIsGoneEvenIfItGetsNoNewIdentity(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	process := sim.start(sim.flags("--state", dir)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	process.done(t, "wait token")
	sim.control.Close()
	process.types(t, "erase")
	code, _, stderr := process.wait()
	assert.Equal(t, exitUnreachable, code, stderr)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestTokensOfOneEnvironmentAreNotShownToTheOther(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	process := sim.start(sim.flags("--state", dir)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	process.end()

	process = sim.start(sim.flags("--state", dir, "--environment", "sandbox")...)
	c, connect := sim.accept()
	assert.Nil(t, connect.Token)
	assert.Equal(t, "courier.sandbox.push.apple.com", c.conn.ConnectionState().ServerName)
	process.end()
}

func TestNewAppOfAKnownDeviceIsActivated(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	process := sim.start(sim.flags("--state", dir)...)
	_, first := sim.accept()
	process.end()
	process = sim.start(sim.flags("--state", dir, "--topic", demo, "--topic", "com.example.other")...)
	_, second := sim.accept()
	process.end()
	require.Len(t, sim.activations, 2)
	assert.Equal(t, []string{demo}, sim.activations[0].Topics)
	assert.Equal(t, []string{demo, "com.example.other"}, sim.activations[1].Topics)
	assert.Equal(t, publicKey(t, first), publicKey(t, second), "the key, and so the device, is the same")
}

func TestRefusedIdentityIsActivatedAgain(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags()...)
	c, _ := sim.accept()
	c.send(&courier.ConnectResponse{Status: courier.ConnectRejected})
	c, connect := sim.accept()
	assert.Nil(t, connect.Token)
	c.login(baseToken)
	c.issue(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	code, stdout, _ := process.end()
	assert.Zero(t, code)
	assert.Contains(t, stdout, "Rejected: APNs does not accept this identity")
	assert.Len(t, sim.activations, 2)
}
