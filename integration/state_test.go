package integration_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kill ends the process as kill -9 does.
func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	<-p.ended
}

func TestAPushThatWasAnswered200OutlivesKill(t *testing.T) {
	t.Parallel()
	dir, state := t.TempDir(), t.TempDir()
	for _, sync := range []bool{false, true} {
		args := []string{"--state", dir}
		if sync {
			args = append(args, "--sync")
		}
		sim := startSimulator(t, args...)
		device := sim.startDevice(t, production, "--state", state)
		device.stop()
		push(t, sim.tokenClient(t, production), aPush(sim, device, "before the kill"))
		sim.kill()

		sim = startSimulator(t, args...)
		again := sim.startDevice(t, production, "--state", state)
		assert.Equal(t, device.token, again.token)
		again.expectPayload(sim.Demo.Topic, []byte(`"before the kill"`))
		again.stop()
		sim.stop()
	}
}

func TestTwoSimulatorsDoNotShareAState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sim := startSimulator(t, "--state", dir)
	second := run(t, apnsSim, "serve", "--any-port", "--state", dir)
	assert.Equal(t, 2, second.code)
	assert.Contains(t, second.stderr, "is in use by the apns-sim with process ID")
	sim.kill()
	startSimulator(t, "--state", dir).stop() // the lock has ended with the process
}

// What a provider could notice is as before: a moved clock, and a token that is no longer
// active.
func TestTheClockAndRetiredTokensOutliveKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sim := startSimulator(t, "--state", dir)
	typed, keyboard := io.Pipe()
	defer keyboard.Close()
	device := sim.startDeviceTyping(t, typed, production, "--topic", sim.Demo.Topic)
	device.expectToken(sim.Demo.Topic)
	_, err := io.WriteString(keyboard, "uninstall "+sim.Demo.Topic+"\n")
	require.NoError(t, err)
	unregistered := func() bool {
		got, err := sim.tokenClient(t, production).PushWithContext(t.Context(), aPush(sim, device, "anybody there?"))
		require.NoError(t, err)
		return got.Reason == apns2.ReasonUnregistered
	}
	require.Eventually(t, unregistered, waitTimeout, 50*time.Millisecond)
	moved, err := http.Post(sim.Control+"/v1/clock/advance", "application/json", strings.NewReader(`{"by":"48h"}`)) //nolint:noctx // It answers at once.
	require.NoError(t, err)
	require.NoError(t, moved.Body.Close())
	require.Equal(t, http.StatusOK, moved.StatusCode)
	sim.kill()

	sim = startSimulator(t, "--state", dir)
	var clock struct{ Offset string }
	sim.ask("/v1/clock", &clock)
	assert.Equal(t, "48h0m0s", clock.Offset)
	response, err := sim.certificateClient(t, production, sim.demoCertificate()).PushWithContext(t.Context(), aPush(sim, device, "and now?"))
	require.NoError(t, err)
	assert.Equal(t, apns2.ReasonUnregistered, response.Reason)
}
