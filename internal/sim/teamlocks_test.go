package sim_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
)

// Whatever is done to a few spaces side by side, what is left can be deleted, and then
// nothing is left.
func TestSpacesAreOpenedClosedAndResetSideBySide(t *testing.T) {
	s := start(t, sim.Config{})
	teams := []string{"TEAM000001", "TEAM000002"}
	actions := []func(team string){
		func(team string) { _, _, _ = s.SpaceControl.OpenSpace(t.Context(), controlapi.SpaceOrder{Team: team}) },
		func(team string) { _, _, _ = s.SpaceControl.OpenSpace(t.Context(), controlapi.SpaceOrder{Team: team}) },
		func(team string) { _ = s.SpaceControl.CloseSpace(team) },
		func(team string) { _ = s.SpaceControl.DeleteTeam(team) },
		func(team string) { _ = s.SpaceControl.ResetSpace(team) },
		func(string) { _ = s.SpaceControl.Reset() },
		func(team string) { _, _ = s.TeamControl.AddKey(team, controlapi.Key{}) },
		func(team string) { _ = s.TeamControl.AddApp(team, "com.example.more") },
		func(team string) { _ = s.TeamControl.RemoveApp(team, "com.example.app") },
		func(team string) {
			_, _ = s.TeamControl.MakeChannel(controlapi.Channel{Team: team, Topic: "com.example.app"})
		},
		func(team string) {
			_, _ = s.DeviceControl.NewDevices(t.Context(), controlapi.DeviceOrder{Team: team, Topics: []string{"com.example.app"}, Count: 2})
		},
		func(string) { s.ListSpaces(); s.ListTeams(); s.ListDevices("", true) },
	}
	var group sync.WaitGroup
	for worker := range 8 {
		draw := rand.New(rand.NewPCG(1, uint64(worker)))
		group.Go(func() {
			for range 60 {
				actions[draw.IntN(len(actions))](teams[draw.IntN(len(teams))])
			}
		})
	}
	group.Wait()

	for _, team := range s.ListTeams() {
		if team.Team != sim.DemoTeam {
			assert.True(t, team.Own, "team %s was made with a space and has none", team.Team)
			assert.NoError(t, s.SpaceControl.CloseSpace(team.Team))
		}
	}
	assert.Equal(t, []string{sim.DemoTeam}, s.Auth.Teams())
	assert.Empty(t, s.ListSpaces())
	assert.Empty(t, s.ListDevices("", true))
	assert.Eventually(t, func() bool { return s.Broker.Stats().Queues == 0 }, testTimeout, time.Millisecond, "the courier has taken leave of all")
	assert.Zero(t, s.Broker.Stats().Channels)
}

func TestATeamWithoutASpaceCanBeDeleted(t *testing.T) {
	_, key := newKey(t, otherTeam, "OTHERKEY01")
	cfg := sim.Config{}
	cfg.Keys = append(cfg.Keys, key)
	s := start(t, cfg)
	require.NoError(t, s.TeamControl.AddApp(otherTeam, "com.example.other"))
	_, err := s.DeviceControl.NewDevices(t.Context(), controlapi.DeviceOrder{Team: otherTeam, Topics: []string{"com.example.other"}, Count: 1})
	require.NoError(t, err)
	_, err = s.TeamControl.MakeChannel(controlapi.Channel{Team: otherTeam, Topic: "com.example.other"})
	require.NoError(t, err)
	_, err = s.Faults.Add(fault.Rule{Space: otherTeam, What: fault.Action{Do: fault.Discard}})
	require.NoError(t, err)

	require.NoError(t, s.SpaceControl.DeleteTeam(otherTeam))
	assert.Equal(t, []string{sim.DemoTeam}, s.Auth.Teams())
	assert.Empty(t, s.ListDevices("", true))
	assert.Empty(t, s.Faults.Rules())
	assert.Zero(t, s.Broker.Stats().Channels)
	require.ErrorIs(t, s.SpaceControl.DeleteTeam(otherTeam), teamcontrol.ErrNoTeam)
	require.ErrorContains(t, s.SpaceControl.DeleteTeam(sim.DemoTeam), "cannot be deleted")
}

// A rule says whom it concerns by its space or by where; both mean the same.
func TestFaultsMadeForASpaceGoWithItHoweverTheySayIt(t *testing.T) {
	for name, end := range map[string]func(s *sim.Simulator, team string) error{
		"reset":   func(s *sim.Simulator, team string) error { return s.SpaceControl.ResetSpace(team) },
		"delete":  func(s *sim.Simulator, team string) error { return s.SpaceControl.CloseSpace(team) },
		"removed": func(s *sim.Simulator, team string) error { s.Faults.RemoveSpace(team); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, sim.Config{})
			x := newTestSpace(t, s, controlapi.SpaceOrder{Devices: new(int)})
			_, err := s.Faults.Add(
				fault.Rule{Name: "space", Space: x.Team, What: fault.Action{Do: fault.Discard}},
				fault.Rule{Name: "where", Where: fault.Where{"space": x.Team}, What: fault.Action{Do: fault.Discard}},
				fault.Rule{Name: "elsewhere", Where: fault.Where{"space": "OTHER"}, What: fault.Action{Do: fault.Discard}},
			)
			require.NoError(t, err)
			require.NoError(t, end(s, x.Team))
			rules := s.Faults.Rules()
			require.Len(t, rules, 1)
			assert.Equal(t, "elsewhere", rules[0].Name)
		})
	}
}
