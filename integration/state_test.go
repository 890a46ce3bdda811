package integration_test

import (
	"testing"

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
