package integration_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The size of the proof that no push is lost or doubled. `make churn` sets the full one.
var (
	churnDevices = flag.Int("churn.devices", 100, "devices of both fleets together")
	churnTime    = flag.Duration("churn.time", 8*time.Second, "how long devices are disturbed under pushes")
	churnRamp    = flag.Duration("churn.ramp", 4*time.Second, "time for all devices to log in and get their tokens")
	churnRate    = flag.Float64("churn.rate", 500, "pushes a second")
	churnPace    = flag.Float64("churn.pace", 2, "about how many seconds there are between two disturbances of a device")
	churnSeed    = flag.Uint64("churn.seed", 0, "seed of everything random; 0 picks one, which the log tells")
)

// A churnLoad is the size of a proof.
type churnLoad struct {
	devices    int
	time, ramp time.Duration
	rate, pace float64
	keep       bool // no device is erased: without the control API it gets no new identity
}

func churnFlags() churnLoad {
	return churnLoad{devices: *churnDevices, time: *churnTime, ramp: *churnRamp, rate: *churnRate, pace: *churnPace}
}

// pushes is about how many pushes there are.
func (l churnLoad) pushes() int { return int(l.rate * (l.time + l.ramp).Seconds()) }

// Times of the proof.
const (
	// soonExpired is the apns-expiration of a push that expires while it waits.
	soonExpired = 1500 * time.Millisecond
	// ackTimeout is how long a device may owe an acknowledgement.
	ackTimeout = 5 * time.Second
	// downtime is the longest time that a disturbance lasts.
	downtime = 3 * time.Second
	// churnTimeout is how long a busy machine may take for what thousands of devices do.
	churnTimeout = 5 * time.Minute
)

// Two fleets of different framing come and go, vanish without closing the connection, lose their
// tokens and are erased, while providers push. Each push that was accepted reaches its
// app exactly once, or its record says why not, and that is true. "APNs stores only one
// notification per bundle ID", and one of each collapse id as of June 2024.
func TestEveryPushIsDeliveredOnceOrItsRecordSaysWhyNot(t *testing.T) {
	seed := *churnSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-churn.seed=%d", seed)
	load := churnFlags()
	sim := startSimulator(
		t, "--collapse-side-by-side", "--ack-timeout", ackTimeout.String(), "--topic", churnApps[0], "--topic", churnApps[1],
		"--history", fmt.Sprint(4*load.pushes()+10000), "--history-bytes", fmt.Sprint(4<<30), "--log-level", "error",
	)
	before := sim.size()
	a := newAccount()
	fleets := []*churnFleet{
		// Acknowledgements that wait are lost with their connection. A second is longer
		// than a removed app stays away, so that the word of it comes when it is back.
		startChurnFleet(t, sim, load, "v3", load.devices/2, seed, "--ack-delay", "1s"),
		startChurnFleet(t, sim, load, "pack", load.devices-load.devices/2, seed+1, "--ack-delay", "20ms"),
	}
	for _, f := range fleets {
		f.awaitTokens()
	}
	provider := newChurnProvider(t, sim, load, fleets, rand.New(rand.NewPCG(seed, 0)))
	provider.pushUntil(fleets[0].calm())
	a.pushes = provider.answered
	rest := waitConsistent(t, sim, fleets)
	for _, f := range fleets {
		f.finish(a)
	}
	nobody := waitConsistentWithout(t, sim)
	after := sim.size()
	a.readJournal(t, sim)

	failures := a.failures()
	t.Logf("%s", a.table())
	for _, f := range fleets {
		t.Logf("%s fleet: %s", f.style, f.summary)
	}
	t.Logf("at rest: %+v; with nobody left: %+v; the simulator before and after: %+v, %+v", rest, nobody, before, after)
	for _, failure := range failures[:min(len(failures), 20)] {
		t.Error(failure)
	}
	assert.Empty(t, failures[min(len(failures), 20):], "further failures")
	a.exercised(t)
	assert.Zero(t, rest.Held, "everybody is back, and an erased device has said that it will not be")
	assert.Zero(t, nobody.Held)
	assert.Zero(t, nobody.Queues, "a queue is there for devices with something waiting, and for nobody else")
	assert.Less(t, after.goroutines, before.goroutines+50)
	assert.Less(t, after.files, before.files+50)
	sim.stop()
	assert.Empty(t, sim.stderr.lines("level=ERROR"))
}

// A checkReport is the response of /v1/check.
type checkReport struct {
	Consistent            bool
	Problems              []string
	Connected, Queues     int
	Held, Ready, InFlight int
}

// settle waits until everybody is back and nothing is on its way any more, and holds
// everything against everything else.
func waitConsistent(t *testing.T, sim *simulator, fleets []*churnFleet) (rest checkReport) {
	t.Helper()
	deadline := time.Now().Add(churnTimeout)
	for quiet := 0; quiet < 4; {
		require.Less(t, time.Now(), deadline, "no rest: %+v, %v and %v", rest, fleets[0], fleets[1])
		time.Sleep(250 * time.Millisecond) // between two looks
		before := rest
		sim.ask("/v1/check?timeout=30s", &rest)
		require.True(t, rest.Consistent, "%q", rest.Problems)
		quiet++
		if rest.Ready+rest.InFlight > 0 || rest.Held != before.Held || !fleets[0].whole() || !fleets[1].whole() {
			quiet = 0
		}
	}
	return rest
}

// waitConsistentWithout waits until the simulator knows that all have left.
func waitConsistentWithout(t *testing.T, sim *simulator) (rest checkReport) {
	t.Helper()
	deadline := time.Now().Add(churnTimeout)
	for rest.Connected = 1; rest.Connected > 0; {
		require.Less(t, time.Now(), deadline, "somebody is left: %+v", rest)
		time.Sleep(100 * time.Millisecond) // between two looks
		sim.ask("/v1/check?timeout=30s", &rest)
		require.True(t, rest.Consistent, "%q", rest.Problems)
	}
	return rest
}

// A size is what a simulator holds of the system.
type size struct {
	goroutines, files int
	resident          string
}

// size reads it from the metrics.
func (s *simulator) size() (now size) {
	s.t.Helper()
	metrics := s.text("/metrics")
	number := func(name string) (n float64) {
		for line := range strings.Lines(metrics) {
			if text, ok := strings.CutPrefix(line, name+" "); ok {
				var err error
				n, err = strconv.ParseFloat(strings.TrimSpace(text), 64)
				require.NoError(s.t, err)
			}
		}
		return n
	}
	return size{
		int(number("go_goroutines")), int(number("process_open_fds")), fmt.Sprintf("%.0f MB", number("process_resident_memory_bytes")/1e6),
	}
}

// ask gets a response of the control API.
func (s *simulator) ask(path string, into any) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.text(path)), into))
}

func (s *simulator) text(path string) string {
	s.t.Helper()
	client := http.Client{Timeout: churnTimeout}
	response, err := client.Get(s.Control + path)
	require.NoError(s.t, err)
	defer response.Body.Close()
	require.Equal(s.t, http.StatusOK, response.StatusCode, path)
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return string(text)
}
