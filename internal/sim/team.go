package sim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/provider"
)

// ErrNoTeam says that a team is not known.
var ErrNoTeam = fmt.Errorf("%w team", controlapi.ErrNotFound)

func unknownTeam(team string) error {
	return fmt.Errorf("%w: team %q is not known; make a space for it, or start with a key of it", ErrNoTeam, team)
}

// PageTeams describes a page of the teams, in the order of their IDs.
func (s *Simulator) PageTeams(p controlapi.Page) (list []controlapi.Team, next string, err error) {
	return controlapi.PageOf(s.Auth.Teams(), controlapi.TeamOrder(func(id string) string { return id }), p, s.describeTeam)
}

// GetTeam describes a team, "" being the default one.
func (s *Simulator) GetTeam(id string) (controlapi.Team, error) {
	id = cmp.Or(id, DemoTeam)
	if !s.Auth.HasTeam(id) {
		return controlapi.Team{}, unknownTeam(id)
	}
	return s.describeTeam(id), nil
}

func (s *Simulator) describeTeam(id string) controlapi.Team {
	t := controlapi.Team{Team: id, Own: s.Spaces.ForTeam(id) != nil, Apps: slices.Clone(s.Auth.Apps(id)), Keys: []controlapi.Key{}}
	if t.Apps == nil {
		t.Apps = []string{}
	}
	t.Suspended = s.Auth.Suspended(id)
	for _, k := range s.Auth.Keys(id) {
		key := controlapi.Key{ID: k.ID, Topics: k.Topics}
		for _, env := range k.Environments {
			key.Environments = append(key.Environments, env.String())
		}
		t.Keys = append(t.Keys, key)
	}
	return t
}

// AddKey makes a key for a team. The ID is made up if the order has none; the
// answer has the text of the .p8 file, which nobody can get again.
func (s *Simulator) AddKey(team string, o controlapi.Key) (controlapi.Key, error) {
	defer s.teamLocks.with(team)()
	return s.makeKey(team, o)
}

// makeKey is AddKey by somebody who has the lock of the team.
func (s *Simulator) makeKey(team string, o controlapi.Key) (controlapi.Key, error) {
	if !s.Auth.HasTeam(team) {
		return controlapi.Key{}, unknownTeam(team)
	}
	o.ID = cmp.Or(o.ID, keystore.NewID())
	key, err := keystore.NewSigningKey(team, o.ID)
	if err != nil {
		return controlapi.Key{}, err
	}
	key.Topics = o.Topics
	for _, name := range o.Environments {
		env, err := apns.ParseEnvironment(name)
		if err != nil {
			return controlapi.Key{}, err
		}
		key.Environments = append(key.Environments, env)
	}
	if err := s.addKey(key.Public()); err != nil {
		return controlapi.Key{}, err
	}
	if err := s.folder(team).AddKey(key); err != nil {
		s.unsaved(err)
	}
	text, err := pki.MarshalP8(key.Private)
	if err != nil {
		return controlapi.Key{}, fmt.Errorf("sim: key %s: %w", o.ID, err)
	}
	o.P8 = string(text)
	return o, nil
}

// RevokeKey revokes a key of a team; that of the default team until a restart.
func (s *Simulator) RevokeKey(team, id string) error {
	defer s.teamLocks.with(team)()
	if err := s.Auth.RemoveKey(team, id); err != nil {
		return fmt.Errorf("%w key: %w", controlapi.ErrNotFound, err)
	}
	if team == DemoTeam && id == DemoKey { // the simulator does not start without it
		return nil
	}
	if err := s.folder(team).RevokeKey(id); err != nil {
		s.unsaved(err)
	}
	return nil
}

// SuspendTeam takes the right to push from a team, or gives it back; "" is the default
// team.
func (s *Simulator) SuspendTeam(team string, suspended bool) (controlapi.Team, error) {
	team = cmp.Or(team, DemoTeam)
	change := s.Auth.ResumeTeam
	if suspended {
		change = s.Auth.SuspendTeam
	}
	if !s.Auth.HasTeam(team) || change(team) != nil {
		return controlapi.Team{}, unknownTeam(team)
	}
	return s.describeTeam(team), nil
}

// AddApp gives an app to a team, "" being the default one.
func (s *Simulator) AddApp(team, bundleID string) error {
	team = cmp.Or(team, DemoTeam)
	defer s.teamLocks.with(team)()
	if !s.Auth.HasTeam(team) {
		return unknownTeam(team)
	}
	return s.registerApp(team, bundleID)
}

// RemoveApp takes an app from a team, "" being the default one, with its channels.
func (s *Simulator) RemoveApp(team, bundleID string) error {
	team = cmp.Or(team, DemoTeam)
	defer s.teamLocks.with(team)()
	return s.removeApp(team, bundleID)
}

// removeApp is RemoveApp by somebody who has the lock of the team.
func (s *Simulator) removeApp(team, bundleID string) error {
	if !s.Auth.RemoveApp(team, bundleID) {
		return fmt.Errorf("%w app of team %s: %q", controlapi.ErrNotFound, team, bundleID)
	}
	s.Broker.DeleteChannels(broker.AppIn(s.Spaces.ForTeam(team), bundleID))
	if err := s.folder(team).RemoveTopic(bundleID); err != nil {
		s.unsaved(err)
	}
	return nil
}

// issueCertificate issues a provider certificate of a team for an app, and returns it
// together with its text, PEM with the key. It is revoked with the team.
func (s *Simulator) issueCertificate(team, topic string) (*pki.Identity, []byte, error) {
	identity, err := s.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: topic, TeamID: team})
	if err != nil {
		return nil, nil, fmt.Errorf("sim: provider certificate of team %s: %w", team, err)
	}
	s.issued.note(team, identity.Certificate.SerialNumber)
	text, err := identity.PEM()
	if err != nil {
		return nil, nil, fmt.Errorf("sim: provider certificate of team %s: %w", team, err)
	}
	return identity, text, nil
}

// DisconnectProviders takes leave of the providers of a team, and returns how many
// connections they had.
func (s *Simulator) DisconnectProviders(team string) int {
	return s.disconnectProviders(func(c provider.Connection) bool { return c.TeamID == team })
}

func (s *Simulator) disconnectProviders(match func(provider.Connection) bool) (ended int) {
	for _, env := range apns.Environments() {
		ended += s.providers[env].Disconnect(match)
	}
	return ended
}
