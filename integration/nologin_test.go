package integration_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who connects as a device and never logs in is shown out when the time for that is
// over, however many there are; who has logged in goes on receiving meanwhile.
func TestTenThousandThatNeverLogInHarmNobody(t *testing.T) {
	const count, secure = 10_000, 100
	sim := startSimulator(t, "--login-timeout", "4s", "--log-level", "error")
	witness := newWitness(t, sim)
	before := sim.size()
	hello := unhex(t, "16 0301 0200 01 0001fc 0303") // the beginning of a handshake
	var idle []net.Conn
	for i := range count {
		var conn net.Conn
		if i%(count/secure) == 0 {
			conn = sim.dialCourier(t, production, v3).conn // the handshake and no more
		} else {
			conn = dialTCP(t, sim.Device)
		}
		if i%3 == 1 {
			_, err := conn.Write(hello)
			require.NoError(t, err)
		}
		idle = append(idle, conn)
		if i%1000 == 0 {
			witness.unharmed(t)
		}
	}
	witness.unharmed(t)
	for _, conn := range idle {
		require.NoError(t, conn.SetDeadline(time.Now().Add(waitTimeout)))
		closed(t, conn)
	}
	witness.unharmed(t)
	after := sim.size()
	assert.Less(t, after.files, before.files+50)
	assert.Less(t, after.goroutines, before.goroutines+50)
	witness.stop(t)
}
