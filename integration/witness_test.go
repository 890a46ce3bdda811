package integration_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A witness is a device and a provider, each on one connection, that go on
// working whatever is done to the simulator beside them.
type witness struct {
	sim      *simulator
	phone    *phone
	provider *peer
	pushes   int
	culprits []string // addresses that the log has to name, once each
}

func newWitness(t *testing.T, sim *simulator) *witness {
	t.Helper()
	return &witness{sim: sim, phone: sim.startPhone(t, production), provider: dial(t, hostPort(sim.Provider), sim.trust())}
}

// unharmed pushes to the device over the one connection: a device or a provider
// that had lost its own would fail here.
func (w *witness) unharmed(t *testing.T) {
	t.Helper()
	w.pushes++
	payload := fmt.Appendf(nil, `{"witness":%d}`, w.pushes)
	require.NoError(t, w.provider.conn.SetDeadline(time.Now().Add(patience)))
	got := w.provider.send(pushTo(w.phone.token, payload,
		field("apns-topic", w.sim.Demo.Topic), field("authorization", w.sim.demoBearer())))
	require.Equal(t, 200, got.status, got.body)
	w.phone.expectPayload(w.sim.Demo.Topic, payload)
}

// offended notes a connection that the simulator ends because of what came over
// it.
func (w *witness) offended(conn net.Conn) { w.culprits = append(w.culprits, conn.LocalAddr().String()) }

// stop ends the simulator, which has to take leave in good order and to have
// written one line for each culprit.
func (w *witness) stop(t *testing.T) {
	t.Helper()
	w.sim.stop()
	w.phone.expect("disconnected")
	for _, sign := range []string{"panic", "goroutine ", "level=ERROR"} {
		require.NotContains(t, w.sim.stderr.String(), sign)
	}
	times := map[string]int{} // a client port may have been used for two doors
	for _, culprit := range w.culprits {
		times[culprit]++
	}
	for culprit, n := range times {
		assert.Len(t, w.sim.stderr.lines("remote="+culprit+" "), n, "lines in the log about %s", culprit)
	}
}
