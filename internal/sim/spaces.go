package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
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
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// defaultTopic is the app of a space that was ordered without any.
const defaultTopic = "com.example.app"

// ErrNoSpace says that a team has no space.
var ErrNoSpace = fmt.Errorf("%w space", controlapi.ErrNotFound)

// certificates are the serial numbers of the provider certificates of each team, which
// are revoked when it is deleted.
type certificates struct {
	mu      sync.Mutex // nothing is locked under it: docs/lock-order.md
	serials map[string][]*big.Int
}

func (c *certificates) note(team string, serial *big.Int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.serials == nil {
		c.serials = make(map[string][]*big.Int)
	}
	c.serials[team] = append(c.serials[team], serial)
}

func (c *certificates) take(team string) []*big.Int {
	c.mu.Lock()
	defer c.mu.Unlock()
	serials := c.serials[team]
	delete(c.serials, team)
	return serials
}

// OpenSpace makes a team that lives in a space of its own, with a key, a provider
// certificate, apps and devices, and returns all of it; the certificate also as
// it is, for other forms. If anything fails, nothing is left.
func (s *Simulator) OpenSpace(ctx context.Context, o controlapi.SpaceOrder) (*controlapi.CreatedSpace, *pki.Identity, error) {
	team := cmp.Or(o.Team, keystore.NewID())
	defer s.teamLocks.alone(team)()
	if s.Auth.HasTeam(team) {
		return nil, nil, fmt.Errorf("team %s: %w; delete its space first, or choose another name", team, controlapi.ErrTaken)
	}
	env, err := controlapi.ParseEnvironment(o.Environment)
	if err != nil {
		return nil, nil, err
	}
	in, err := s.Spaces.Open(team)
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
func (s *Simulator) populate(ctx context.Context, in *space.Space, env apns.Environment, o controlapi.SpaceOrder) (*controlapi.CreatedSpace, *pki.Identity, error) {
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
	key, err := s.makeKey(team, controlapi.Key{})
	if err != nil {
		return nil, nil, err
	}
	identity, certificate, err := s.issueCertificate(team, topics[0])
	if err != nil {
		return nil, nil, err
	}
	count := 1
	if o.Devices != nil {
		count = *o.Devices
	}
	devices, err := s.newDevices(ctx, controlapi.DeviceOrder{Team: team, Topics: topics, Environment: env.String(), Count: count})
	if err != nil {
		return nil, nil, err
	}
	made := &controlapi.CreatedSpace{
		Space: s.describeSpace(in), Key: key.P8, Certificate: string(certificate),
		CA: string(s.RootPEM()), Devices: devices,
	}
	made.KeyID = key.ID
	made.Variables = s.variables(made)
	return made, identity, nil
}

// variables are what a program under test finds in its environment.
func (s *Simulator) variables(made *controlapi.CreatedSpace) map[string]string {
	p := s.Place()
	p.Team, p.KeyID, p.KeyFile, p.KeyP8 = made.Team, made.KeyID, "", made.Key
	p.CertificateFile, p.Topic = "", made.Topics[0]
	for i := range made.Devices {
		PlaceDevice(&p, &made.Devices[i])
	}
	return p.Map()
}

// PageSpaces describes a page of the spaces, in the order of their teams.
func (s *Simulator) PageSpaces(p controlapi.Page) (list []controlapi.Space, next string, err error) {
	return controlapi.PageOf(s.Spaces.All(), controlapi.TeamOrder((*space.Space).Team), p, s.describeSpace)
}

// CountSpaces returns how many spaces there are.
func (s *Simulator) CountSpaces() int { return s.Spaces.Len() }

// GetSpace describes the space of a team.
func (s *Simulator) GetSpace(team string) (controlapi.Space, error) {
	in := s.Spaces.ForTeam(team)
	if in == nil {
		return controlapi.Space{}, fmt.Errorf("%w: %s; %s", ErrNoSpace, team, s.someSpaces())
	}
	return s.describeSpace(in), nil
}

// someSpaces lists the first ten spaces, for an error.
func (s *Simulator) someSpaces() string {
	const most = 10
	var teams []string
	all := s.Spaces.All()
	for _, in := range all[:min(len(all), most)] {
		teams = append(teams, in.Team())
	}
	if left := len(all) - len(teams); left > 0 {
		return fmt.Sprintf("spaces are %s and %d more", strings.Join(teams, ", "), left)
	}
	if len(teams) == 0 {
		return "there are no spaces; make one with apns-sim space create"
	}
	return "spaces are " + strings.Join(teams, ", ")
}

func (s *Simulator) describeSpace(in *space.Space) controlapi.Space {
	d := controlapi.Space{
		Team: in.Team(), Created: in.Created(), Time: s.Spaces.Clock(in).Now(),
		Topics: s.Auth.Apps(in.Team()), DeviceCount: s.Spaces.DeviceCount(in),
	}
	if keys := s.Auth.Keys(in.Team()); len(keys) > 0 {
		d.KeyID = keys[0].ID
	}
	return d
}

// CloseSpace ends the space of a team and all there is in it: the connections of
// its providers are taken leave of, its devices are disconnected, and its keys,
// certificates, apps, channels, faults and records are forgotten. Virtual devices
// are gone; a device outside is in the default space, with new tokens.
func (s *Simulator) CloseSpace(team string) error {
	defer s.teamLocks.closing(team)()
	in := s.Spaces.ForTeam(team)
	if in == nil {
		_, err := s.GetSpace(team)
		return err
	}
	return s.removeTeam(team, in)
}

// removeTeam ends a team and all there is of it, and the space it has if in is not nil.
func (s *Simulator) removeTeam(team string, in *space.Space) error {
	for _, serial := range s.issued.take(team) {
		s.Secrets.PKI.Revoke(serial)
	}
	apps := s.Auth.Apps(team)
	s.Auth.RemoveTeam(team)
	s.DisconnectProviders(team)
	s.Faults.RemoveSpace(team)
	s.removeDevices(team)
	for _, app := range apps {
		s.Broker.DeleteChannels(broker.AppIn(in, app))
	}
	if in != nil {
		devices := s.Spaces.Close(in)
		for _, device := range devices {
			s.EraseDevice(device)
		}
		s.Broker.DeleteSpace(in, devices)
	}
	return s.forgetRecords(team)
}

// forgetRecords deletes what the journal has of a team.
func (s *Simulator) forgetRecords(team string) error {
	of, err := filters.Parse(map[string][]string{"space": {team}}, time.Now())
	if err != nil {
		return fmt.Errorf("sim: records of space %s: %w", team, err)
	}
	s.Journal.Delete(journal.Query{Filter: of})
	return nil
}

// removeDevices switches off the virtual devices of a team.
func (s *Simulator) removeDevices(team string) {
	for _, d := range s.virtualDevices(team, false) {
		if d.Team == team {
			s.Fleet.Remove(d.ID())
		}
	}
}

// DeleteTeam ends a team and all there is of it, as [Simulator.CloseSpace] does, also of
// one that has no space. The default team stays.
func (s *Simulator) DeleteTeam(team string) error {
	if team == DemoTeam {
		return fmt.Errorf("sim: team %s is the default one and stays; take its keys and apps one by one", team)
	}
	defer s.teamLocks.closing(team)()
	if !s.Auth.HasTeam(team) {
		return unknownTeam(team)
	}
	err := s.removeTeam(team, s.Spaces.ForTeam(team))
	if err := s.folder(team).Remove(); err != nil {
		s.unsaved(err)
	}
	return err
}

// ResetSpace takes a space, or the default space for "", back to how it was after
// it was made: the faults of the start and no others, no records, no channels, nothing
// waiting for a device, its clock with the machine's; virtual devices online, in use and
// with their apps, and their inboxes empty. Keys, apps and devices stay.
func (s *Simulator) ResetSpace(team string) error {
	defer s.teamLocks.alone(team)()
	in := s.Spaces.ForTeam(team)
	if team != "" && in == nil {
		_, err := s.GetSpace(team)
		return err
	}
	s.resetFaults(in)
	virtual := s.virtualDevices(team, false)
	s.Broker.DeleteSpace(in, s.devicesIn(in, virtual))
	s.Spaces.Clock(in).Set(time.Now())
	err := s.beside(context.Background(), controlapi.Progress{What: "reset", Team: team, Of: len(virtual)}, func(ctx context.Context, i int) error { return virtual[i].Restore(ctx) })
	s.Journal.ResetFunc(func(push *filters.Subject) bool { return s.Spaces.ForTeam(push.Space) == in })
	return err
}

// devicesIn returns the devices in a space, nil being the default space, of which the
// virtual ones are known already.
func (s *Simulator) devicesIn(in *space.Space, virtual []*virtualdevice.Device) []apns.DeviceID {
	if in != nil {
		return s.Spaces.Devices(in)
	}
	devices := s.Broker.DevicesIn(nil)
	for _, d := range virtual {
		devices = append(devices, d.ID())
	}
	return devices
}

// resetFaults puts the faults of the start into force in place of those of a space, nil
// being the default space.
func (s *Simulator) resetFaults(in *space.Space) {
	concerns := func(rule *fault.Rule) bool { return s.Spaces.ForTeam(rule.Only()) == in }
	s.Faults.RemoveFunc(concerns)
	var again []fault.Rule
	for _, rule := range s.cfg.FaultRules {
		if concerns(&rule) {
			again = append(again, rule)
		}
	}
	if _, err := s.Faults.Add(again...); err != nil { // they were good at the start, and are gone
		s.log.Error("the faults of the start are not in force", "err", err)
	}
}

// Reset is ResetSpace of the default space, after every space was closed and every
// fault and record forgotten.
func (s *Simulator) Reset() error {
	var errs []error
	for _, in := range s.Spaces.All() {
		if err := s.CloseSpace(in.Team()); !errors.Is(err, ErrNoSpace) { // somebody else has closed it
			errs = append(errs, err)
		}
	}
	errs = append(errs, s.ResetSpace(""))
	s.Journal.Reset()
	return errors.Join(errs...)
}
