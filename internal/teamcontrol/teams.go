package teamcontrol

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// ErrNoTeam is the error for a team that does not exist.
var ErrNoTeam = fmt.Errorf("%w team", controlapi.ErrNotFound)

// UnknownTeam returns the error of a team that does not exist.
func UnknownTeam(team string) error {
	return fmt.Errorf("%w: %q; create a space for it, or start the simulator with one of its keys (--key)", ErrNoTeam, team)
}

// PageTeams describes a page of the teams, in the order of their IDs.
func (ts *Teams) PageTeams(p controlapi.Page) (list []controlapi.Team, next string, err error) {
	return controlapi.PageOf(ts.Auth.Teams(), controlapi.TeamOrder(func(id string) string { return id }), p, ts.describeTeam)
}

// GetTeam describes a team, "" being the default one.
func (ts *Teams) GetTeam(id string) (controlapi.Team, error) {
	id = cmp.Or(id, keystore.DefaultTeam)
	if !ts.Auth.HasTeam(id) {
		return controlapi.Team{}, UnknownTeam(id)
	}
	return ts.describeTeam(id), nil
}

func (ts *Teams) describeTeam(id string) controlapi.Team {
	t := controlapi.Team{Team: id, HasSpace: ts.Spaces.ForTeam(id) != nil, Apps: slices.Clone(ts.Auth.Apps(id)), Keys: []controlapi.Key{}}
	if t.Apps == nil {
		t.Apps = []string{}
	}
	t.Suspended = ts.Auth.Suspended(id)
	for _, k := range ts.Auth.Keys(id) {
		key := controlapi.Key{ID: k.ID, Topics: k.Topics}
		for _, env := range k.Environments {
			key.Environments = append(key.Environments, env.String())
		}
		t.Keys = append(t.Keys, key)
	}
	return t
}

// AddPublicKey registers a key and its team. Another key with the same ID is rejected:
// providers could not tell which is meant.
func (ts *Teams) AddPublicKey(k providerauth.Key) error {
	for _, known := range ts.Auth.Keys(k.TeamID) {
		if known.ID == k.ID && !known.Public.Equal(k.Public) {
			return fmt.Errorf("team %s has another key %s already; give this one another key ID", k.TeamID, k.ID)
		}
	}
	if err := ts.Auth.AddTeam(k.TeamID); err != nil {
		return err
	}
	return ts.Auth.AddKey(k)
}

// AddKey creates a key for a team, with a generated ID if the order has none. The response
// has the text of the .p8 file, which cannot be retrieved again.
func (ts *Teams) AddKey(team string, o controlapi.Key) (controlapi.Key, error) {
	defer ts.Locks.RLock(team)()
	return ts.MakeKeyLocked(team, o)
}

// MakeKeyLocked is AddKey for a caller that holds the lock of the team.
func (ts *Teams) MakeKeyLocked(team string, o controlapi.Key) (controlapi.Key, error) {
	if !ts.Auth.HasTeam(team) {
		return controlapi.Key{}, UnknownTeam(team)
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
	if err := ts.AddPublicKey(key.Public()); err != nil {
		return controlapi.Key{}, err
	}
	if err := ts.Folder(team).AddKey(key); err != nil {
		ts.Unsaved(err)
	}
	text, err := pki.MarshalP8(key.Private)
	if err != nil {
		return controlapi.Key{}, fmt.Errorf("key %s: %w", o.ID, err)
	}
	o.P8 = string(text)
	return o, nil
}

// RevokeKey revokes a key of a team; the default key of the default team only until a restart.
func (ts *Teams) RevokeKey(team, id string) error {
	defer ts.Locks.RLock(team)()
	if err := ts.Auth.RemoveKey(team, id); err != nil {
		return fmt.Errorf("%w key: %w", controlapi.ErrNotFound, err)
	}
	if team == keystore.DefaultTeam && id == keystore.DefaultKey { // the simulator does not start without it
		return nil
	}
	if err := ts.Folder(team).RevokeKey(id); err != nil {
		ts.Unsaved(err)
	}
	return nil
}

// SuspendTeam suspends a team, which then cannot push, or resumes it; "" is the default
// team.
func (ts *Teams) SuspendTeam(team string, suspended bool) (controlapi.Team, error) {
	team = cmp.Or(team, keystore.DefaultTeam)
	change := ts.Auth.ResumeTeam
	if suspended {
		change = ts.Auth.SuspendTeam
	}
	if !ts.Auth.HasTeam(team) || change(team) != nil {
		return controlapi.Team{}, UnknownTeam(team)
	}
	return ts.describeTeam(team), nil
}

// AddApp adds an app to a team, "" being the default one.
func (ts *Teams) AddApp(team, bundleID string) error {
	team = cmp.Or(team, keystore.DefaultTeam)
	defer ts.Locks.RLock(team)()
	if !ts.Auth.HasTeam(team) {
		return UnknownTeam(team)
	}
	return ts.RegisterApp(team, bundleID)
}

// RemoveApp removes an app and its channels from a team, "" being the default one.
func (ts *Teams) RemoveApp(team, bundleID string) error {
	team = cmp.Or(team, keystore.DefaultTeam)
	defer ts.Locks.RLock(team)()
	return ts.RemoveAppLocked(team, bundleID)
}

// RemoveAppLocked is RemoveApp for a caller that holds the lock of the team.
func (ts *Teams) RemoveAppLocked(team, bundleID string) error {
	if !ts.Auth.RemoveApp(team, bundleID) {
		return fmt.Errorf("%w app of team %s: %q", controlapi.ErrNotFound, team, bundleID)
	}
	ts.Broker.DeleteChannels(broker.AppIn(ts.Spaces.ForTeam(team), bundleID))
	if err := ts.Folder(team).RemoveTopic(bundleID); err != nil {
		ts.Unsaved(err)
	}
	return nil
}
