package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestManyAppsOfATeamSlowNeitherTheNextNorADevice(t *testing.T) {
	s := start(t, sim.Config{})
	begin := time.Now()
	const apps = 7200
	for i := range apps {
		require.NoError(t, s.TeamControl.AddApp("", fmt.Sprintf("com.example.app%d", i)))
	}
	assert.Less(t, time.Since(begin), 4*time.Second, "registering costs the same however many there are")

	begin = time.Now()
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: 1})
	require.NoError(t, err)
	assert.Less(t, time.Since(begin), 4*time.Second)
	require.Len(t, made[0].Apps, 20, "not all of them, unless they are named")
	assert.Equal(t, sim.DefaultTopic, made[0].Apps[0].Topic, "those that were added first")
	assert.Equal(t, "com.example.app18", made[0].Apps[19].Topic)
}

func TestASpaceIsDescribedHoweverManyThereAre(t *testing.T) {
	s := start(t, sim.Config{})
	const spaces = 1500
	for i := range spaces {
		_, _, err := s.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Team: fmt.Sprintf("TEAM%06d", i), Devices: new(int)})
		require.NoError(t, err)
	}
	begin := time.Now()
	assert.Len(t, s.ListSpaces(), spaces)
	assert.Less(t, time.Since(begin), 200*time.Millisecond, "the cost of one is independent of the others")
	_, err := s.SpaceControl.GetSpace("NOBODY0001")
	assert.ErrorContains(t, err, "TEAM000009 and 1490 more", "an error does not name them all")
}

func TestDevicesElsewhereCostASpaceNothing(t *testing.T) {
	s := start(t, sim.Config{})
	_, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 500})
	require.NoError(t, err)
	x := newTestSpace(t, s, controlapi.CreateSpaceRequest{Devices: new(int)})
	begin := time.Now()
	for range 1000 {
		require.NoError(t, s.SpaceControl.ResetSpace(x.Team))
		require.Empty(t, s.ListDevices(x.Team, false))
	}
	assert.Less(t, time.Since(begin), 500*time.Millisecond)
}
