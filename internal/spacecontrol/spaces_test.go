package spacecontrol_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
)

// Whatever is done to a few spaces side by side, what is left can be deleted, and then
// nothing is left.
func TestSpacesAreOpenedClosedAndResetSideBySide(t *testing.T) {
	s := start(t, sim.Config{})
	teams := []string{"TEAM000001", "TEAM000002"}
	actions := []func(team string){
		func(team string) {
			_, _, _ = s.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Team: team})
		},
		func(team string) {
			_, _, _ = s.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Team: team})
		},
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
			_, _ = s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Team: team, Topics: []string{"com.example.app"}, Count: 2})
		},
		func(string) { spaces(s); teamsOf(s); devices(s) },
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

	for _, team := range teamsOf(s) {
		if team.Team != sim.DefaultTeam {
			assert.True(t, team.HasSpace, "team %s was made with a space and has none", team.Team)
			assert.NoError(t, s.SpaceControl.CloseSpace(team.Team))
		}
	}
	assert.Equal(t, []string{sim.DefaultTeam}, s.Auth.Teams())
	assert.Empty(t, spaces(s))
	assert.Empty(t, devices(s))
	assert.Eventually(t, func() bool { return s.Broker.Stats().Queues == 0 }, time.Minute, time.Millisecond, "the courier has taken leave of all")
	assert.Zero(t, s.Broker.Stats().Channels)
}

func TestATeamWithoutASpaceCanBeDeleted(t *testing.T) {
	key, err := keystore.NewSigningKey(otherTeam, "OTHERKEY01")
	require.NoError(t, err)
	cfg := sim.Config{}
	cfg.Keys = append(cfg.Keys, key.Public())
	s := start(t, cfg)
	require.NoError(t, s.TeamControl.AddApp(otherTeam, "com.example.other"))
	_, err = s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Team: otherTeam, Topics: []string{"com.example.other"}, Count: 1})
	require.NoError(t, err)
	_, err = s.TeamControl.MakeChannel(controlapi.Channel{Team: otherTeam, Topic: "com.example.other"})
	require.NoError(t, err)
	_, err = s.Faults.Add(fault.Rule{Space: otherTeam, What: fault.Action{Do: fault.Discard}})
	require.NoError(t, err)

	require.NoError(t, s.SpaceControl.DeleteTeam(otherTeam))
	assert.Equal(t, []string{sim.DefaultTeam}, s.Auth.Teams())
	assert.Empty(t, devices(s))
	assert.Empty(t, s.Faults.Rules())
	assert.Zero(t, s.Broker.Stats().Channels)
	require.ErrorIs(t, s.SpaceControl.DeleteTeam(otherTeam), teamcontrol.ErrNoTeam)
	require.ErrorContains(t, s.SpaceControl.DeleteTeam(sim.DefaultTeam), "cannot be deleted")
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
			x := open(t, s, controlapi.CreateSpaceRequest{Devices: new(int)})
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

func TestASpaceThatCannotBeMadeLeavesNothing(t *testing.T) {
	s := start(t, sim.Config{})
	open(t, s, controlapi.CreateSpaceRequest{Team: "TAKEN00001"})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name  string
		ctx   context.Context
		order controlapi.CreateSpaceRequest
		want  string
	}{
		{"another space", t.Context(), controlapi.CreateSpaceRequest{Team: "TAKEN00001"}, "team TAKEN00001: there is one already"},
		{"the default team", t.Context(), controlapi.CreateSpaceRequest{Team: sim.DefaultTeam}, "team " + sim.DefaultTeam + ": there is one already"},
		{"no team ID", t.Context(), controlapi.CreateSpaceRequest{Team: "a team"}, `"a team"`},
		{"no topic", t.Context(), controlapi.CreateSpaceRequest{Topics: []string{"no/topic"}}, `"no/topic"`},
		{"no environment", t.Context(), controlapi.CreateSpaceRequest{Environment: "staging"}, "use production or sandbox"},
		{"no time", canceled, controlapi.CreateSpaceRequest{}, "context canceled"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := s.SpaceControl.OpenSpace(row.ctx, row.order)
			require.ErrorContains(t, err, row.want)
			assert.Len(t, spaces(s), 1)
			assert.Len(t, s.Auth.Teams(), 2)
			assert.Len(t, s.DeviceControl.Virtual.All(), 1)
		})
	}
}

func TestResettingBringsBackDevicesAndTheFaultsOfTheStart(t *testing.T) {
	s := start(t, sim.Config{FaultRules: []fault.Rule{
		{Name: "start", Where: fault.Where{"topic": "com.example.none"}, What: fault.Action{Do: fault.Discard}},
		{Name: "of a space", Space: "TEAM0000ZZ", What: fault.Action{Do: fault.Discard}},
	}})
	x := open(t, s, controlapi.CreateSpaceRequest{})
	common, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 1})
	require.NoError(t, err)
	away, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 1, Offline: true})
	require.NoError(t, err)
	for _, tt := range []struct {
		team   string
		device controlapi.Device
	}{{x.Team, x.Devices[0]}, {"", common[0]}} {
		id := tt.device.ID
		topic := tt.device.Apps[0].Topic
		_, err := s.Faults.Add(fault.Rule{Name: "another", Space: tt.team, What: fault.Action{Do: fault.Discard}})
		require.NoError(t, err)
		_, err = s.DeviceControl.TellDevice(t.Context(), id, "uninstall", topic)
		require.NoError(t, err)
		for _, action := range []string{"sleep", "offline"} {
			_, err = s.DeviceControl.TellDevice(t.Context(), id, action, "")
			require.NoError(t, err)
		}

		require.NoError(t, s.SpaceControl.ResetSpace(tt.team))
		got, err := s.DeviceControl.Device(id)
		require.NoError(t, err)
		assert.True(t, got.Online)
		assert.Equal(t, "on", got.Power)
		require.Len(t, got.Apps, 1)
		assert.Equal(t, topic, got.Apps[0].Topic)
		assert.NotEmpty(t, got.Apps[0].Token)
	}
	var names []string
	for _, rule := range s.Faults.Rules() {
		names = append(names, rule.Name)
	}
	assert.Equal(t, []string{"start", "of a space"}, names)
	got, err := s.DeviceControl.Device(away[0].ID)
	require.NoError(t, err)
	assert.False(t, got.Online, "as it was ordered")
}
