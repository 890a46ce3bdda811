package sim

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/keystore"
)

// registerApp gives an app to a team and, if the secrets have a directory that can be
// written, remembers it there. Otherwise a device would keep its tokens over a restart,
// and nobody could push to them.
func (s *Simulator) registerApp(team, topic string) error {
	known := s.Auth.HasApp(team, topic)
	if err := s.Auth.AddApp(team, topic); err != nil || known {
		return err
	}
	if err := s.folder(team).AddTopic(topic); err != nil {
		s.unsaved(err)
	}
	return nil
}

// folder returns where the keys and apps of a team are saved. Those of teams with a space
// are not.
func (s *Simulator) folder(team string) keystore.TeamFolder {
	if s.Secrets.Dir == "" || s.Spaces.ForTeam(team) != nil {
		return ""
	}
	return keystore.TeamFolder(keystore.KeyFolder(s.Secrets.Dir, team))
}

// unsaved tells once that a directory of secrets cannot be written: a mounted secret,
// for instance, is read-only.
func (s *Simulator) unsaved(err error) {
	s.unsavedOnce.Do(func() {
		s.log.Warn("the folder of --certs cannot be written; apps, keys and authorities that are new stay in memory and are gone after this run, and those removed come back", "err", err)
	})
}

// topics returns every topic there is: the apps of all teams, and those with the
// suffix of a push type.
func (s *Simulator) topics() (all []string) {
	for _, team := range s.Auth.Teams() {
		for _, app := range s.Auth.Apps(team) {
			all = append(all, app)
			for _, row := range apns.PushTypes() {
				if row.Suffix != "" {
					all = append(all, app+row.Suffix)
				}
			}
		}
	}
	return all
}

// registerRemembered gives a team the apps it had before.
func (s *Simulator) registerRemembered(team string) error {
	folder := s.folder(team)
	topics, err := folder.Topics()
	if err != nil {
		return fmt.Errorf("sim: apps of team %s: %w", team, err)
	}
	for _, topic := range topics {
		if err := s.Auth.AddApp(team, topic); err != nil {
			return fmt.Errorf("sim: %s: %w; correct the line or remove it", folder.TopicsFile(), err)
		}
	}
	return nil
}

// SetBroadcast gives an app of a team the broadcast capability or takes it away. Without
// it, all its channels are gone for good: "Setting up broadcast push
// notifications". It fails if there is no such app.
func (s *Simulator) SetBroadcast(team, bundleID string, enabled bool) error {
	if err := s.Auth.SetBroadcast(team, bundleID, enabled); err != nil {
		return err
	}
	if !enabled {
		s.Broker.DeleteChannels(broker.AppIn(s.Spaces.ForTeam(team), bundleID))
	}
	return nil
}
