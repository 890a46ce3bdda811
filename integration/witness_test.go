package integration_test

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A witness is a device and a provider, each on one connection, that go on
// working whatever is done to the simulator beside them.
type witness struct {
	sim       *simulator
	device    *deviceProcess
	provider  *peer
	pushes    int
	offenders []string // addresses that the log has to name, once each
}

func newWitness(t *testing.T, sim *simulator) *witness {
	t.Helper()
	return &witness{sim: sim, device: sim.startDevice(t, production), provider: dial(t, hostPort(sim.Provider), sim.trust())}
}

// unharmed pushes to the device over the one connection: a device or a provider
// that had lost its own would fail here.
func (w *witness) unharmed(t *testing.T) {
	t.Helper()
	w.pushes++
	payload := fmt.Appendf(nil, `{"witness":%d}`, w.pushes)
	require.NoError(t, w.provider.conn.SetDeadline(time.Now().Add(waitTimeout)))
	got := w.provider.send(pushTo(w.device.token, payload,
		field("apns-topic", w.sim.Demo.Topic), field("authorization", w.sim.demoBearer())))
	require.Equal(t, 200, got.status, got.body)
	w.device.expectPayload(w.sim.Demo.Topic, payload)
}

// offended notes a connection that the simulator ends because of what came over
// it.
func (w *witness) offended(conn net.Conn) {
	w.offenders = append(w.offenders, conn.LocalAddr().String())
}

// stop ends the simulator, which has to take leave in good order and to have
// logged each offender once. Of lines that differ in the address alone the log has the
// first and the last, with a count.
func (w *witness) stop(t *testing.T) {
	t.Helper()
	w.sim.stop()
	w.device.expect("disconnected")
	for _, sign := range []string{"panic", "goroutine ", "level=ERROR"} {
		require.NotContains(t, w.sim.stderr.String(), sign)
	}
	offenders := slices.Compact(slices.Sorted(slices.Values(w.offenders))) // a client port may have been used for two listeners
	logged := 0
	for _, offender := range offenders {
		for _, line := range w.sim.stderr.lines("remote=" + offender + " ") {
			logged += timesOf(t, line)
		}
	}
	assert.Len(t, w.offenders, logged, "lines in the log about offenders")
}

// timesOf is how often what a line of the log tells has happened.
func timesOf(t *testing.T, line string) int {
	t.Helper()
	_, count, found := strings.Cut(line, " times=")
	if !found {
		return 1
	}
	count, _, _ = strings.Cut(count, " ")
	n, err := strconv.Atoi(count)
	require.NoError(t, err, line)
	return n
}
