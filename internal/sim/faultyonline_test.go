package sim_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestADeviceThatFaultsKeepFromComingOnlineIsToldWithTheirRules(t *testing.T) {
	hour := &fault.Latency{Fixed: fault.Duration(time.Hour)}
	for name, what := range map[string]fault.Action{
		"slow-login":  {Do: fault.SlowLogin, Delay: hour},
		"slow-accept": {Do: fault.SlowAccept, Delay: hour},
		"redirect":    {Do: fault.Redirect, Host: "courier.example"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, sim.Config{Listen: func(sim.ListenerInfo, string) (net.Listener, error) { return memnet.Listen(), nil }})
				made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: 1, Offline: true})
				require.NoError(t, err)
				_, err = s.Faults.Add(
					fault.Rule{Name: "unused", What: fault.Action{Do: fault.RejectLogin}, Where: fault.Where{"device": "00000000000000ff"}},
					fault.Rule{Name: "mine", What: what},
				)
				require.NoError(t, err)
				_, err = s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: 1})
				require.ErrorIs(t, err, controlapi.ErrFaults)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "for 20s no device has come online and got its tokens")
				require.ErrorContains(t, err, `faults in force prevent it: "mine" (`+name+" ")
				require.ErrorContains(t, err, "remove them, or limit them")
				assert.NotContains(t, err.Error(), "unused")

				_, err = s.DeviceControl.TellDevice(t.Context(), made[0].ID, "online", "")
				require.ErrorIs(t, err, controlapi.ErrFaults)
				require.ErrorContains(t, err, "device "+made[0].ID.String()+" did not come online within 20s")
				require.ErrorContains(t, err, `"mine"`)

				require.NoError(t, s.Faults.Remove("", "mine"))
				_, err = s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: 1})
				require.NoError(t, err)
			})
		})
	}
}

func TestADeviceThatTakesTooLongWithoutFaultsBlamesNone(t *testing.T) {
	s := start(t, sim.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, err := s.DeviceControl.NewDevices(ctx, controlapi.CreateDevicesRequest{Count: 1})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.NotErrorIs(t, err, controlapi.ErrFaults)
}
