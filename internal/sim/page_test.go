package sim_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A pagedList is a list of the control API whose pages are under test.
type pagedList struct {
	page   func(controlapi.Page) (names []string, next string, err error)
	add    func() (name string)
	remove func(name string)
}

// namesOf makes a pagedList's page of that of a list.
func namesOf[T any](page func(controlapi.Page) ([]T, string, error), name func(T) string) func(controlapi.Page) ([]string, string, error) {
	return func(p controlapi.Page) (names []string, next string, err error) {
		list, next, err := page(p)
		for _, entry := range list {
			names = append(names, name(entry))
		}
		return names, next, err
	}
}

// pagedLists are all of them, in one simulator.
func pagedLists(t *testing.T, s *sim.Simulator) map[string]pagedList {
	made := 0
	addSpace := func() string {
		made++
		// Neither the order in which they are made nor its reverse.
		team := fmt.Sprintf("TEAM%03d%03d", made*7919%1000, made)
		_, _, err := s.SpaceControl.OpenSpace(t.Context(), controlapi.CreateSpaceRequest{Team: team, Devices: new(int)})
		require.NoError(t, err)
		return team
	}
	removeSpace := func(team string) { require.NoError(t, s.SpaceControl.CloseSpace(team)) }
	addDevice := func() string {
		made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 1})
		require.NoError(t, err)
		return made[0].ID.String()
	}
	removeDevice := func(name string) {
		var id apns.DeviceID
		require.NoError(t, id.UnmarshalText([]byte(name)))
		require.True(t, s.DeviceControl.RemoveDevice(id))
		require.Eventually(t, func() bool { return !s.CloseDeviceConnection(id) }, testTimeout, time.Millisecond)
	}
	ids := map[string][]byte{}
	return map[string]pagedList{
		"spaces": {namesOf(s.SpaceControl.PageSpaces, func(in controlapi.Space) string { return in.Team }), addSpace, removeSpace},
		"teams":  {namesOf(s.TeamControl.PageTeams, func(team controlapi.Team) string { return team.Team }), addSpace, removeSpace},
		"devices": {namesOf(func(p controlapi.Page) ([]controlapi.Device, string, error) {
			return s.DeviceControl.PageDevices("", true, p)
		},
			func(d controlapi.Device) string { return d.ID.String() }), addDevice, removeDevice},
		"connections": {namesOf(func(p controlapi.Page) ([]controlapi.Connection, string, error) { return s.PageConnections("", p) },
			func(c controlapi.Connection) string { return c.Device.String() }), addDevice, removeDevice},
		"channels": {
			namesOf(func(p controlapi.Page) ([]controlapi.Channel, string, error) {
				return s.TeamControl.PageChannels("", sim.DefaultTopic, "", p)
			},
				func(c controlapi.Channel) string { return c.ID }),
			func() string {
				c, err := s.TeamControl.MakeChannel(controlapi.Channel{Topic: sim.DefaultTopic})
				require.NoError(t, err)
				ids[c.ID], err = base64.StdEncoding.DecodeString(c.ID)
				require.NoError(t, err)
				return c.ID
			},
			func(id string) { require.NoError(t, s.TeamControl.DeleteChannel(ids[id])) },
		},
	}
}

func TestPagesAreCompleteAndWithoutDoublesWhileEntriesComeAndGo(t *testing.T) {
	for name := range pagedLists(t, new(sim.Simulator)) {
		t.Run(name, func(t *testing.T) {
			s := start(t, sim.Config{})
			list := pagedLists(t, s)[name]
			there := map[string]bool{}
			for range 40 {
				there[list.add()] = true
			}
			got := map[string]int{}
			for p := (controlapi.Page{Limit: 3}); ; {
				names, next, err := list.page(p)
				require.NoError(t, err)
				require.LessOrEqual(t, len(names), 3)
				for _, entry := range names {
					got[entry]++
				}
				if next == "" {
					break
				}
				// The last one is where the next page goes on; another is yet to come.
				removed := names[2]
				list.remove(removed)
				delete(there, removed)
				for entry := range there {
					if got[entry] == 0 {
						list.remove(entry)
						delete(there, entry)
						break
					}
				}
				list.add()
				p.After = next
			}
			for entry := range there {
				assert.Equal(t, 1, got[entry], "%s was there all the time", entry)
			}
			for entry, times := range got {
				assert.Equal(t, 1, times, entry)
			}
		})
	}
}

func TestAPageIsAsLongAsTheLimitAndTellsWhetherThereIsMore(t *testing.T) {
	for name := range pagedLists(t, new(sim.Simulator)) {
		t.Run(name, func(t *testing.T) {
			s := start(t, sim.Config{})
			list := pagedLists(t, s)[name]
			for range 4 {
				list.add()
			}
			all, next, err := list.page(controlapi.Page{})
			require.NoError(t, err)
			assert.Empty(t, next, "no limit")
			for limit := 1; limit <= len(all)+1; limit++ {
				for _, begin := range []string{"", "0"} {
					got, next, err := list.page(controlapi.Page{After: begin, Limit: limit})
					require.NoError(t, err)
					assert.Equal(t, all[:min(limit, len(all))], got)
					assert.Equal(t, limit >= len(all), next == "")
				}
			}
			_, _, err = list.page(controlapi.Page{After: "1"})
			require.ErrorContains(t, err, `query.after: "1" is not a cursor of this list; use the value of next from the previous response, or 0 for the first page`)
		})
	}
}

// A device from outside has no number; it is found by its id.
func TestDevicesOutsideAreOnPagesToo(t *testing.T) {
	s := start(t, sim.Config{})
	want := map[apns.DeviceID]bool{}
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Topics: []string{sim.DefaultTopic}, Count: 2})
	require.NoError(t, err)
	for _, d := range made {
		want[d.ID] = true
	}
	for range 3 {
		outside := switchOn(t, s, sim.DefaultTopic)
		outside.await(t, device.EventConnected)
		want[outside.ID()] = true
	}
	got := map[apns.DeviceID]bool{}
	for p := (controlapi.Page{Limit: 1}); ; {
		list, next, err := s.DeviceControl.PageDevices("", true, p)
		require.NoError(t, err)
		require.Len(t, list, 1)
		got[list[0].ID] = true
		if next == "" {
			break
		}
		p.After = next
	}
	assert.Equal(t, want, got)
}
