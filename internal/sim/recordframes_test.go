package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestTheFramesOfADeviceAreDescribed(t *testing.T) {
	s := start(t, sim.Config{})
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Environment: "sandbox", Count: 1})
	require.NoError(t, err)
	recording := s.RecordFrames(made[0].ID)
	defer recording.Stop()
	assert.True(t, s.CloseDeviceConnection(made[0].ID), "so that it logs in again")

	var frames []controlapi.Frame
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		more, missed := recording.Take()
		assert.Zero(t, missed)
		frames = append(frames, more...)
		assert.NotEmpty(t, find(frames, "courier", "no storage"))
	}, testTimeout, time.Millisecond)
	assert.Equal(t, "disconnect-requested", frames[0].EndReason)
	connect := find(frames, "device", "connect")
	require.NotEmpty(t, connect)
	assert.EqualValues(t, 7, connect[0].Code)
	assert.Positive(t, connect[0].Bytes)
	assert.Contains(t, connect[0].Text, "Connect ")
	names := map[string]string{}
	for _, item := range connect[0].Items {
		names[item.Name] = item.Text
	}
	assert.NotEmpty(t, names["nonce"], "%v", names)

	list, _, err := s.PageConnections("", controlapi.Page{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "TLS 1.3", list[0].TLS.Version)
	assert.NotEmpty(t, list[0].TLS.ALPN)
	assert.Equal(t, "connect", list[0].DeviceCertificate.Presented)
	assert.NotEmpty(t, list[0].DeviceCertificate.Serial)
}

// find returns the frames of a side with a command.
func find(frames []controlapi.Frame, from, command string) (found []controlapi.Frame) {
	for _, f := range frames {
		if f.From == from && f.Command == command {
			found = append(found, f)
		}
	}
	return found
}
