package sim_test

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestLocalhostIsBothLoopbackAddresses(t *testing.T) {
	if ln, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skip("this machine has no IPv6:", err)
	} else {
		require.NoError(t, ln.Close())
	}
	s, err := sim.New(sim.Config{Addresses: sim.Addresses{sim.Provider: "localhost:0", sim.Device: "127.0.0.1:0"}})
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	first := strings.TrimPrefix(s.Info().Provider, "https://")
	assert.True(t, strings.HasPrefix(first, "127.0.0.1:"), first)
	_, port, err := net.SplitHostPort(first)
	require.NoError(t, err)
	conn, err := net.Dial("tcp", net.JoinHostPort("::1", port))
	require.NoError(t, err)
	require.NoError(t, conn.Close())

	_, port, err = net.SplitHostPort(s.Info().Device)
	require.NoError(t, err)
	_, err = net.Dial("tcp", net.JoinHostPort("::1", port))
	assert.Error(t, err, "an address is what it says")
}

func TestAPortThatSomebodyElseHasOnIPv6IsNoFailure(t *testing.T) {
	other, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6:", err)
	}
	t.Cleanup(func() { assert.NoError(t, other.Close()) })
	_, port, err := net.SplitHostPort(other.Addr().String())
	require.NoError(t, err)
	s, err := sim.New(sim.Config{Addresses: sim.Addresses{sim.Provider: "localhost:" + port}})
	require.NoError(t, err)
	require.NoError(t, s.Start())
	assert.Equal(t, "https://127.0.0.1:"+port, s.Info().Provider)
	assert.NoError(t, s.Close())
}
