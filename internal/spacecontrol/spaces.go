package spacecontrol

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// defaultTopic is the app of a space for which none was named.
const defaultTopic = "com.example.app"

// ErrNoSpace is the error for a team without a space.
var ErrNoSpace = fmt.Errorf("%w space", controlapi.ErrNotFound)

// OpenSpace creates a team with a space of its own, a key, a provider certificate, apps
// and devices, and returns all of it; the certificate also as an identity, for other
// formats. If anything fails, everything is removed.
func (s *Spaces) OpenSpace(ctx context.Context, o controlapi.CreateSpaceRequest) (*controlapi.CreatedSpace, *pki.Identity, error) {
	team := cmp.Or(o.Team, keystore.NewID())
	defer s.Teams.Locks.Lock(team)()
	if s.Auth.HasTeam(team) {
		return nil, nil, fmt.Errorf("team %s: %w; delete its space first, or choose another name", team, controlapi.ErrTaken)
	}
	env, err := controlapi.ParseEnvironment(o.Environment)
	if err != nil {
		return nil, nil, err
	}
	in, err := s.Registry.Open(team)
	if err != nil {
		return nil, nil, err
	}
	made, identity, err := s.populate(ctx, in, env, o)
	if err != nil {
		return nil, nil, errors.Join(err, s.removeTeam(team, in))
	}
	return made, identity, nil
}

// populate gives a new space what was ordered.
func (s *Spaces) populate(ctx context.Context, in *space.Space, env apns.Environment, o controlapi.CreateSpaceRequest) (*controlapi.CreatedSpace, *pki.Identity, error) {
	team, topics := in.Team(), o.Topics
	if len(topics) == 0 {
		topics = []string{defaultTopic}
	}
	if err := s.Auth.AddTeam(team); err != nil {
		return nil, nil, err
	}
	for _, topic := range topics {
		if err := s.Auth.AddApp(team, topic); err != nil {
			return nil, nil, err
		}
	}
	key, err := s.Teams.MakeKeyLocked(team, controlapi.Key{})
	if err != nil {
		return nil, nil, err
	}
	identity, certificate, err := s.Teams.IssueCertificate(team, topics[0])
	if err != nil {
		return nil, nil, err
	}
	count := 1
	if o.Devices != nil {
		count = *o.Devices
	}
	devices, err := s.Devices.NewDevicesLocked(ctx, controlapi.CreateDevicesRequest{Team: team, Topics: topics, Environment: env.String(), Count: count})
	if err != nil {
		return nil, nil, err
	}
	made := &controlapi.CreatedSpace{
		Space: s.describeSpace(in), Key: key.P8, Certificate: string(certificate),
		CA: string(s.Secrets.PKI.RootPEM()), Devices: devices,
	}
	made.KeyID = key.ID
	made.Variables = s.variables(made)
	return made, identity, nil
}

// PageSpaces describes a page of the spaces, in the order of their teams.
func (s *Spaces) PageSpaces(p controlapi.Page) (list []controlapi.Space, next string, err error) {
	return controlapi.PageOf(s.Registry.All(), controlapi.TeamOrder((*space.Space).Team), p, s.describeSpace)
}

// GetSpace describes the space of a team.
func (s *Spaces) GetSpace(team string) (controlapi.Space, error) {
	in := s.Registry.ForTeam(team)
	if in == nil {
		return controlapi.Space{}, fmt.Errorf("%w: %s; %s", ErrNoSpace, team, s.someSpaces())
	}
	return s.describeSpace(in), nil
}

// someSpaces lists the first ten spaces, for an error.
func (s *Spaces) someSpaces() string {
	const most = 10
	var teams []string
	all := s.Registry.All()
	for _, in := range all[:min(len(all), most)] {
		teams = append(teams, in.Team())
	}
	if left := len(all) - len(teams); left > 0 {
		return fmt.Sprintf("spaces are %s and %d more", strings.Join(teams, ", "), left)
	}
	if len(teams) == 0 {
		return "there are no spaces; create one with apns-sim space create"
	}
	return "spaces are " + strings.Join(teams, ", ")
}

func (s *Spaces) describeSpace(in *space.Space) controlapi.Space {
	d := controlapi.Space{
		Team: in.Team(), Created: in.Created(), Time: s.Registry.Clock(in).Now(),
		Topics: s.Auth.Apps(in.Team()), DeviceCount: s.Registry.DeviceCount(in),
	}
	if keys := s.Auth.Keys(in.Team()); len(keys) > 0 {
		d.KeyID = keys[0].ID
	}
	return d
}

// CloseSpace deletes the space of a team and everything in it: the connections of its
// providers end with GOAWAY, its devices are disconnected, and its keys, certificates,
// apps, channels, faults, records and virtual devices are deleted. An external device is
// in the default space from then on, with new tokens.
func (s *Spaces) CloseSpace(team string) error {
	defer s.Teams.Locks.LockForDeletion(team)()
	in := s.Registry.ForTeam(team)
	if in == nil {
		_, err := s.GetSpace(team)
		return err
	}
	return s.removeTeam(team, in)
}

// removeTeam deletes a team with everything it owns, and its space if in is not nil.
func (s *Spaces) removeTeam(team string, in *space.Space) error {
	s.Teams.RevokeCertificates(team)
	apps := s.Auth.Apps(team)
	s.Auth.RemoveTeam(team)
	s.DisconnectProviders(team)
	s.Faults.RemoveSpace(team)
	s.removeDevices(team)
	for _, app := range apps {
		s.Broker.DeleteChannels(broker.AppIn(in, app))
	}
	if in != nil {
		devices := s.Registry.Close(in)
		for _, device := range devices {
			s.Devices.EraseDevice(device)
		}
		s.Broker.DeleteSpace(in, devices)
	}
	return s.forgetRecords(team)
}

// forgetRecords deletes the records of a team from the journal.
func (s *Spaces) forgetRecords(team string) error {
	of, err := filters.Parse(map[string][]string{"space": {team}}, time.Now())
	if err != nil {
		return fmt.Errorf("records of space %s: %w", team, err)
	}
	s.Journal.Delete(journal.Query{Filter: of})
	return nil
}

// removeDevices deletes the virtual devices of a team.
func (s *Spaces) removeDevices(team string) {
	for _, d := range s.Devices.VirtualDevices(team, false) {
		if d.Team == team {
			s.Devices.Virtual.Remove(d.ID())
		}
	}
}

// DeleteTeam deletes a team with everything it owns, as [Spaces.CloseSpace] does, even if
// it has no space. The default team cannot be deleted.
func (s *Spaces) DeleteTeam(team string) error {
	if team == keystore.DefaultTeam {
		return fmt.Errorf("team %s is the default team and cannot be deleted; remove its keys and apps one by one", team)
	}
	defer s.Teams.Locks.LockForDeletion(team)()
	if !s.Auth.HasTeam(team) {
		return teamcontrol.UnknownTeam(team)
	}
	err := s.removeTeam(team, s.Registry.ForTeam(team))
	if err := s.Teams.Folder(team).Remove(); err != nil {
		s.Teams.Unsaved(err)
	}
	return err
}

// ResetSpace resets a space, or the default space for "": the startup faults and no
// others, no records, channels or stored pushes, its clock at the time of the machine;
// virtual devices online, unlocked, with their apps and empty inboxes. Keys, apps and
// devices stay.
func (s *Spaces) ResetSpace(team string) error {
	defer s.Teams.Locks.Lock(team)()
	in := s.Registry.ForTeam(team)
	if team != "" && in == nil {
		_, err := s.GetSpace(team)
		return err
	}
	s.resetFaults(in)
	virtual := s.Devices.VirtualDevices(team, false)
	s.Broker.DeleteSpace(in, s.devicesIn(in, virtual))
	s.Registry.Clock(in).Set(time.Now())
	err := s.Devices.Each(context.Background(), controlapi.Progress{What: "reset", Team: team, Of: len(virtual)}, func(ctx context.Context, i int) error { return virtual[i].Restore(ctx) })
	s.Journal.ResetFunc(func(push *filters.Attributes) bool { return s.Registry.ForTeam(push.Space) == in })
	return err
}

// devicesIn returns the devices in a space, nil being the default space, of which the
// virtual ones are known already.
func (s *Spaces) devicesIn(in *space.Space, virtual []*virtualdevice.Device) []apns.DeviceID {
	if in != nil {
		return s.Registry.Devices(in)
	}
	devices := s.Broker.DevicesIn(nil)
	for _, d := range virtual {
		devices = append(devices, d.ID())
	}
	return devices
}

// resetFaults replaces the faults of a space with those of the start, nil
// being the default space.
func (s *Spaces) resetFaults(in *space.Space) {
	concerns := func(rule *fault.Rule) bool { return s.Registry.ForTeam(rule.Only()) == in }
	s.Faults.RemoveFunc(concerns)
	var again []fault.Rule
	for _, rule := range s.FaultRules {
		if concerns(&rule) {
			again = append(again, rule)
		}
	}
	if _, err := s.Faults.AddConfigured(again...); err != nil { // they were valid at startup, and are removed above
		s.Log.Error("the startup faults are not in force", "err", err)
	}
}

// Reset closes every space, resets the default space and deletes all records.
func (s *Spaces) Reset() error {
	var errs []error
	for _, in := range s.Registry.All() {
		if err := s.CloseSpace(in.Team()); !errors.Is(err, ErrNoSpace) { // somebody else has closed it
			errs = append(errs, err)
		}
	}
	errs = append(errs, s.ResetSpace(""))
	s.Journal.Reset()
	return errors.Join(errs...)
}
