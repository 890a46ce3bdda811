package integration_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The size of the proof that a killed simulator loses no accepted push. `make kill` sets the
// full one.
var (
	killDevices = flag.Int("kill.devices", 60, "devices of both fleets together")
	killCount   = flag.Int("kill.count", 8, "how often the simulator is killed")
	killEvery   = flag.Duration("kill.every", time.Second, "about how long it runs until it is killed")
	killRate    = flag.Float64("kill.rate", 400, "pushes a second")
	killPace    = flag.Float64("kill.pace", 3, "about how many seconds there are between two disturbances of a device")
	killSync    = flag.Bool("kill.sync", false, "run the simulator with --sync")
	killSeed    = flag.Uint64("kill.seed", 0, "seed of everything random; 0 picks one, which the log tells")
)

// killConnections are those of the provider.
const killConnections = 8

// The simulator is killed at random moments, and started again on the same directory and
// ports, while providers push and devices come and go. Each push that was answered 200
// reaches its app exactly once, or there is a lawful reason that it does not.
func TestEveryPushThatWasAnswered200OutlivesAKilledSimulator(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-kill.seed=%d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	load := churnLoad{
		devices: *killDevices, ramp: 3 * time.Second, rate: *killRate, pace: *killPace, keep: true,
		time: time.Duration(*killCount) * (*killEvery + time.Second),
	}
	k := newKilledSimulator(t, load)
	a := newAccount()
	fleets := []*churnFleet{
		startChurnFleet(t, k.simulator, load, "v3", load.devices/2, seed, "--ack-delay", "300ms"),
		startChurnFleet(t, k.simulator, load, "pack", load.devices-load.devices/2, seed+1, "--ack-delay", "5ms"),
	}
	for _, f := range fleets {
		f.awaitTokens()
	}
	provider := newChurnProvider(t, k.simulator, load, fleets, rand.New(rand.NewPCG(seed, 1)))
	provider.killed = true
	for len(provider.clients) < killConnections {
		provider.clients = append(provider.clients, k.tokenClient(t, production))
	}
	pushed := make(chan struct{})
	go func() {
		defer close(pushed)
		provider.pushUntil(fleets[0].calm())
	}()
	for range *killCount {
		time.Sleep(*killEvery/4 + time.Duration(chance.Float64()*1.5*float64(*killEvery)))
		k.killAndRestart()
	}
	<-pushed
	a.pushes = provider.answered
	rest := waitConsistent(t, k.simulator, fleets)
	for _, f := range fleets {
		f.finish(a)
	}
	a.readJournal(t, k.simulator)
	failures := a.killFailures(k.starts)
	t.Logf("killed %d times\n%s", *killCount, a.table())
	for _, f := range fleets {
		t.Logf("%s fleet: %s", f.style, f.summary)
	}
	for _, failure := range failures[:min(len(failures), 20)] {
		t.Error(failure)
	}
	assert.Empty(t, failures[min(len(failures), 20):], "further failures")
	assert.Zero(t, rest.Held, "everybody is back")
	for _, outcome := range []string{"delivered", "delivered after a kill", "expired", "no response"} {
		assert.Positive(t, a.outcome[outcome], outcome)
	}
	k.stop()
	assert.Empty(t, k.stderr.lines("level=ERROR"))
}

// A killedSimulator is started again and again on the same directory and ports.
type killedSimulator struct {
	*simulator
	args   []string
	starts []time.Time
}

func newKilledSimulator(t *testing.T, load churnLoad) *killedSimulator {
	t.Helper()
	k := &killedSimulator{args: []string{
		"--state", t.TempDir(), "--collapse-side-by-side", "--ack-timeout", ackTimeout.String(), "--topic", churnApps[0], "--topic", churnApps[1],
		"--history", fmt.Sprint(4*load.pushes() + 10000), "--history-bytes", fmt.Sprint(1 << 30), "--log-level", "error",
	}}
	if *killSync {
		k.args = append(k.args, "--sync")
	}
	k.simulator = startSimulator(t, k.args...)
	k.starts = append(k.starts, time.Now())
	k.args = append(
		k.args, "--listen", hostPort(k.Provider), "--listen-sandbox", hostPort(k.ProviderSandbox), "--listen-device", k.Device, "--listen-device-sandbox", k.DeviceSandbox,
		"--listen-control", hostPort(k.Control),
	)
	return k
}

// killAndRestart ends it as kill -9 does, and starts the next.
func (k *killedSimulator) killAndRestart() {
	k.t.Helper()
	k.kill()
	require.Empty(k.t, k.stderr.lines("level=ERROR"))
	t, ok := k.t.(*testing.T)
	require.True(k.t, ok)
	k.simulator = startSimulator(t, k.args...)
	k.starts = append(k.starts, time.Now())
}
