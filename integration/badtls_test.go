package integration_test

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// dialTCP opens a connection without TLS.
func dialTCP(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, waitTimeout)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(waitTimeout)))
	return conn
}

// closed waits until the server has closed the connection, does the same, and
// returns what it sent before.
func closed(t *testing.T, conn net.Conn) string {
	t.Helper()
	response, err := io.ReadAll(conn)
	if err != nil { // also by a reset or an alert, but not by our own deadline
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection stays open")
	}
	conn.Close()
	return string(response)
}

// noise is n bytes that speak no protocol at all, always the same.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	b[0] = 0xff                                // nothing known begins like this
	return b
}

// Garbage before TLS, at every listener that expects TLS.
func TestWhatIsNotTLSIsTurnedAway(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	inputs := map[string][]byte{
		"random bytes":                 randomBytes(4096),
		"HTTP without TLS":             []byte("POST /3/device/00 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"HTTP/2 without TLS":           []byte(http2.ClientPreface),
		"courier protocol without TLS": unhex(t, "07 00000010 02 0001 01 05 0004 00000041 10 0002 000c"),
		"oversized TLS record":         append(unhex(t, "16 0301 ffff 01"), randomBytes(70000)...),
		"TLS of 1996":                  unhex(t, "16 0300 0004 01 000000"),
	}
	for _, listener := range []string{hostPort(sim.Provider), hostPort(sim.ProviderSandbox), sim.Device, sim.DeviceSandbox} {
		for what, input := range inputs {
			conn := dialTCP(t, listener)
			_, err := conn.Write(input)
			require.NoError(t, err, what)
			closed(t, conn)
			witness.offended(conn)
		}
		// What begins well and breaks off.
		conn := dialTCP(t, listener)
		_, err := conn.Write(unhex(t, "16 0301 0200 01 0001fc 0303"))
		require.NoError(t, err)
		conn.Close()
		witness.offended(conn)
		witness.unharmed(t)
	}
	witness.stop(t)
}
