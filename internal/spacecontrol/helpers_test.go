package spacecontrol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const otherTeam = "OTHERTEAM1"

// start starts a simulator, whose spaces are under test; it stops with the test.
func start(t *testing.T, cfg sim.Config) *sim.Simulator {
	t.Helper()
	s, err := sim.New(cfg)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// open opens a space.
func open(t *testing.T, s *sim.Simulator, o controlapi.CreateSpaceRequest) *controlapi.CreatedSpace {
	t.Helper()
	made, _, err := s.SpaceControl.OpenSpace(t.Context(), o)
	require.NoError(t, err)
	return made
}

func spaces(s *sim.Simulator) []controlapi.Space {
	list, _, _ := s.SpaceControl.PageSpaces(controlapi.Page{}) // cursors alone are rejected
	return list
}

func teamsOf(s *sim.Simulator) []controlapi.Team {
	list, _, _ := s.TeamControl.PageTeams(controlapi.Page{})
	return list
}

func devices(s *sim.Simulator) []controlapi.Device {
	list, _, _ := s.DeviceControl.PageDevices("", true, controlapi.Page{})
	return list
}
