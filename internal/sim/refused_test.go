package sim_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// rejectLogins has the courier refuse every login until the returned function is called.
func rejectLogins(t *testing.T, s *sim.Simulator) (stop func()) {
	t.Helper()
	_, err := s.Faults.Add(fault.Rule{Name: "refused", What: fault.Action{Do: fault.RejectLogin}})
	require.NoError(t, err)
	return func() { require.NoError(t, s.Faults.Remove("", "refused")) }
}

// giveUp has the courier refuse the only virtual device until it tries no longer, and
// returns its id then.
func giveUp(t *testing.T, s *sim.Simulator, id apns.DeviceID) apns.DeviceID {
	t.Helper()
	stop := rejectLogins(t, s)
	require.Positive(t, s.DeviceControl.DisconnectDevice(id))
	dev := s.DeviceControl.Virtual.All()[0]
	require.Eventually(t, func() bool { return dev.GivenUp() != nil }, testTimeout, time.Millisecond)
	stop()
	list := s.ListDevices("", true)
	require.Len(t, list, 1)
	assert.False(t, list[0].Online)
	assert.NotEqual(t, id, list[0].ID, "it has made itself another identity")
	return list[0].ID
}

func TestAVirtualDeviceThatWasRefusedIsFoundByItsPresentID(t *testing.T) {
	s := start(t, sim.Config{})
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 1})
	require.NoError(t, err)
	now := giveUp(t, s, made[0].ID)

	_, err = s.DeviceControl.TellDevice(withTimeout(t), made[0].ID, "online", "")
	require.ErrorIs(t, err, controlapi.ErrNotFound)
	require.ErrorContains(t, err, "is "+now.String()+" now")
	d, err := s.DeviceControl.TellDevice(withTimeout(t), now, "online", "")
	require.NoError(t, err)
	assert.True(t, d.Online)
	require.Eventually(t, func() bool {
		d, err = s.DeviceControl.Device(now)
		return err == nil && d.Apps[0].Token != ""
	}, testTimeout, time.Millisecond)
	wantPost(t, s, tokenOf(t, d), http.StatusOK, "")

	assert.True(t, s.DeviceControl.RemoveDevice(now))
	assert.Empty(t, s.ListDevices("", true))
	for _, token := range []apns.DeviceToken{tokenOf(t, d), tokenOf(t, made[0])} {
		wantPost(t, s, token, http.StatusGone, "Unregistered")
	}
}

func tokenOf(t *testing.T, d controlapi.Device) apns.DeviceToken {
	t.Helper()
	token, err := apns.ParseDeviceToken(d.Apps[0].Token)
	require.NoError(t, err)
	return token
}

func TestResettingASpaceRevivesADeviceThatWasRefused(t *testing.T) {
	s := start(t, sim.Config{})
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{})
	now := giveUp(t, s, x.Devices[0].ID)
	require.NoError(t, s.SpaceControl.ResetSpace(x.Team))
	d, err := s.DeviceControl.Device(now)
	require.NoError(t, err)
	assert.True(t, d.Online)
	assert.Equal(t, x.Team, d.Space)
	assert.Empty(t, x.push(d.Apps[0].Token, `{}`))
	list := s.ListSpaces()
	assert.Equal(t, 1, list[0].DeviceCount, "the identities it had do not count")

	require.NoError(t, s.SpaceControl.CloseSpace(x.Team))
	assert.Empty(t, s.ListDevices("", true))
}

func TestADeviceThatIsRefusedAtItsCreationLeavesNothing(t *testing.T) {
	s := start(t, sim.Config{})
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{Devices: new(int)})
	stop := rejectLogins(t, s)
	begin := time.Now()
	_, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Team: x.Team, Topics: x.Topics, Count: 3})
	require.ErrorContains(t, err, "rejected")
	assert.Less(t, time.Since(begin), 15*time.Second, "the error does not wait for the time limit")
	stop()
	assert.Empty(t, s.ListDevices("", true))
	assert.Zero(t, s.ListSpaces()[0].DeviceCount)
	assert.Zero(t, s.Broker.Stats().Queues)
}

// The courier refuses the hundredth of many, when others are online, logging in and yet to
// be made.
func TestACreationOfManyThatIsRefusedIsUndoneWholly(t *testing.T) {
	s := start(t, sim.Config{})
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{})
	_, err := s.Faults.Add(fault.Rule{Name: "refused", When: fault.When{After: 100}, What: fault.Action{Do: fault.RejectLogin}})
	require.NoError(t, err)
	_, err = s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Team: x.Team, Topics: []string{x.Topics[0], "com.example.new"}, Count: 200})
	require.ErrorContains(t, err, "rejected")
	require.NoError(t, s.Faults.Remove("", "refused"))

	assert.Empty(t, s.DeviceControl.Progress())
	list := s.ListDevices("", true)
	require.Len(t, list, 1)
	assert.Equal(t, x.Devices[0].ID, list[0].ID, "the device that was there before")
	assert.Equal(t, 1, s.ListSpaces()[0].DeviceCount)
	assert.Equal(t, x.Topics, s.ListSpaces()[0].Topics, "the app that was new with them is gone")
	_, devices := s.CountConnections()
	assert.Equal(t, 1, devices)
	require.Eventually(t, func() bool { return s.Broker.Stats().Queues == 1 }, testTimeout, time.Millisecond, "sessions have ended")
	assert.Empty(t, x.push(x.token(), `{}`))
}

// A token of a deleted device is Unregistered also in a space, which it belonged to.
func TestATokenOfADeletedDeviceIsUnregisteredInItsSpace(t *testing.T) {
	s := start(t, sim.Config{})
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{})
	require.True(t, s.DeviceControl.RemoveDevice(x.Devices[0].ID))
	assert.Equal(t, "Unregistered", x.push(x.token(), `{}`))
	assert.Zero(t, s.ListSpaces()[0].DeviceCount)
}

// Many are not refused for taking longer than one may: what counts is that they go on.
func TestCreatingManyDevicesIsToldToTheLog(t *testing.T) {
	var log logbook
	s := start(t, sim.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 510})
	require.NoError(t, err)
	assert.Len(t, made, 510)
	assert.Contains(t, strings.Join(log.lines(), "\n"), `msg="acting on many devices" what=create done=500 of=510`)
}
