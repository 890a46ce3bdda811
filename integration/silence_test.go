package integration_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who connects and says nothing is shown out after ten seconds, a device that
// has not logged in after thirty. Nobody waits for them, not even the end.
func TestWhoNeverSpeaksHoldsUpNobody(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--handshake-timeout", "10s")
	witness := newWitness(t, sim)
	dropped := []net.Conn{
		dialTCP(t, hostPort(sim.Provider)),
		dialTCP(t, hostPort(sim.ProviderSandbox)),
		dialTLS(t, hostPort(sim.Provider), sim.trust()),
		dialTLS(t, hostPort(sim.ProviderSandbox), sim.trust(sim.demoCertificate())),
		sim.unfiltered(t),
	}
	idle := []net.Conn{
		dialTCP(t, sim.Device), dialTCP(t, sim.DeviceSandbox), dialTCP(t, hostPort(sim.Control)),
		sim.dialCourier(t, production, v3).conn, sim.dialCourier(t, sandbox, "", sim.activate(t).tls()).conn,
	}
	witness.unharmed(t)
	for _, conn := range dropped {
		closed(t, conn)
		witness.offended(conn)
	}
	witness.unharmed(t)
	witness.stop(t)
	for _, conn := range idle {
		closed(t, conn)
	}
}

// unfiltered is the connection of a device that logs in and says no more.
// observed: the real service drops it within seconds.
func (s *simulator) unfiltered(t *testing.T) net.Conn {
	t.Helper()
	h := s.dialCourier(t, production, v3)
	require.Equal(t, []byte{0}, h.login(s.activate(t), nil).items[0x01])
	return h.conn
}
