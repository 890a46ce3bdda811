package sim_test

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestListenersCanBeOnANetworkInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := map[sim.Listener]net.Listener{}
		s := start(t, sim.Config{Listen: func(d sim.ListenerInfo, _ string) (net.Listener, error) {
			opened[d.Listener] = memnet.Listen()
			return opened[d.Listener], nil
		}})
		assert.Len(t, opened, 6, "all that are open without being asked for, but the control API, which there is none of")
		devices, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: 1})
		require.NoError(t, err)
		assert.True(t, devices[0].Online)
	})
}

func TestAListenerThatCannotBeOpenedStopsTheStart(t *testing.T) {
	s, err := sim.New(sim.Config{Listen: func(sim.ListenerInfo, string) (net.Listener, error) { return nil, errors.New("no network") }})
	require.NoError(t, err)
	var wrong *sim.AddressError
	require.ErrorAs(t, s.Start(), &wrong)
	assert.ErrorContains(t, wrong, "no network")
}
