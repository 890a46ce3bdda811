package main

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
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
	c.mint(appToken)
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
	phone := sim.start(sim.flags()...)
	script(sim)
	code, stdout, stderr := phone.end()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	assert.NotContains(t, stdout, "\x1b", "a payload cannot drive the terminal, and nobody asked for color")
	golden(t, "story.txt", stdout, sim)
}

func TestProgramReadsOneObjectPerLine(t *testing.T) {
	sim := newSimulator(t)
	phone := sim.start(sim.flags("--json")...)
	script(sim)
	code, stdout, stderr := phone.end()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	golden(t, "lines.json", stdout, sim)
}

func TestStateMakesTheNextRunTheSameDevice(t *testing.T) {
	sim := newSimulator(t)
	dir := filepath.Join(t.TempDir(), "phone")
	phone := sim.start(sim.flags("--state", dir, "--style", "v2", "--key-type", "rsa", "--name", "Anna's phone")...)
	c, _ := sim.accept()
	require.NotEmpty(t, c.conn.ConnectionState().PeerCertificates, "style v2 shows the certificate in TLS")
	c.login(baseToken)
	c.mint(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	code, stdout, stderr := phone.end()
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

	phone = sim.start(sim.flags("--state", dir, "--style", "v2")...)
	c, connect := sim.accept()
	assert.Equal(t, baseToken, hex.EncodeToString(connect.Token), "the sealed token of the first run")
	c.login("")
	c.push(courier.Notification{ID: 1, Timestamp: 2})
	code, stdout, stderr = phone.end()
	assert.Zero(t, code, stderr)
	golden(t, "state-second.txt", strings.ReplaceAll(stdout, dir, "DIR"), sim)
	assert.Len(t, sim.activations, 1)
}

// Its token is void by the next run, as pushes were turned away meanwhile.
func TestUninstalledAppAsksForATokenInTheNextRun(t *testing.T) {
	const other = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
	sim := newSimulator(t)
	dir := t.TempDir()
	phone := sim.start(sim.flags("--state", dir)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.mint(appToken)
	phone.done(t, "wait token", "uninstall "+demo)
	require.IsType(t, (*courier.Filter)(nil), c.read())
	code, _, stderr := phone.end()
	assert.Zero(t, code, stderr)

	phone = sim.start(sim.flags("--state", dir)...)
	c, connect := sim.accept()
	assert.Equal(t, baseToken, hex.EncodeToString(connect.Token))
	c.login("")
	c.mint(other)
	phone.done(t, "wait token")
	_, stdout, _ := phone.end()
	assert.Contains(t, stdout, other)
	assert.NotContains(t, stdout, appToken)
}

// The activation after it may fail, or never be done.
func TestErasedPhoneIsGoneEvenIfItGetsNoNewIdentity(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	phone := sim.start(sim.flags("--state", dir)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.mint(appToken)
	phone.done(t, "wait token")
	sim.control.Close()
	phone.types(t, "erase")
	code, _, stderr := phone.wait()
	assert.Equal(t, exitUnreachable, code, stderr)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestTokensOfOneEnvironmentAreNotShownToTheOther(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	phone := sim.start(sim.flags("--state", dir)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.mint(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	phone.end()

	phone = sim.start(sim.flags("--state", dir, "--environment", "sandbox")...)
	c, connect := sim.accept()
	assert.Nil(t, connect.Token)
	assert.Equal(t, "courier.sandbox.push.apple.com", c.conn.ConnectionState().ServerName)
	phone.end()
}

func TestNewAppOfAKnownDeviceIsActivated(t *testing.T) {
	sim := newSimulator(t)
	dir := t.TempDir()
	phone := sim.start(sim.flags("--state", dir)...)
	_, first := sim.accept()
	phone.end()
	phone = sim.start(sim.flags("--state", dir, "--topic", demo, "--topic", "com.example.other")...)
	_, second := sim.accept()
	phone.end()
	require.Len(t, sim.activations, 2)
	assert.Equal(t, []string{demo}, sim.activations[0].Topics)
	assert.Equal(t, []string{demo, "com.example.other"}, sim.activations[1].Topics)
	assert.Equal(t, publicKey(t, first), publicKey(t, second), "the key, and so the device, is the same")
}

func TestRefusedIdentityIsActivatedAgain(t *testing.T) {
	sim := newSimulator(t)
	phone := sim.start(sim.flags()...)
	c, _ := sim.accept()
	c.send(&courier.ConnectResponse{Status: courier.ConnectRefused})
	c, connect := sim.accept()
	assert.Nil(t, connect.Token)
	c.login(baseToken)
	c.mint(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1})
	code, stdout, _ := phone.end()
	assert.Zero(t, code)
	assert.Contains(t, stdout, "Refused: APNs does not take this identity")
	assert.Len(t, sim.activations, 2)
}
