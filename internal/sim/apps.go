package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// topicsFile lists, one to a line, the bundle IDs of the team in whose folder
// of keys it lies. Without it a device would keep its tokens over a restart,
// and nobody could push to them.
const topicsFile = "topics"

// registerApp gives an app to a team and, if the secrets have a directory that can be
// written, remembers it there.
func (s *Simulator) registerApp(team, topic string) error {
	known := slices.Contains(s.Auth.Apps(team), topic)
	if err := s.Auth.AddApp(team, topic); err != nil || known || s.Secrets.Dir == "" {
		return err
	}
	if err := remember(KeyFolder(s.Secrets.Dir, team), topic); err != nil {
		s.unsaved(err)
	}
	return nil
}

// unsaved tells once that a directory of secrets cannot be written: a mounted secret,
// for instance, is read-only.
func (s *Simulator) unsaved(err error) {
	s.unsavedOnce.Do(func() {
		s.log.Warn("the folder of --certs cannot be written; apps and authorities that are new stay in memory and are gone after this run", "err", err)
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

// remember adds a topic to the list in a team's folder.
func remember(folder, topic string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	list, err := os.OpenFile(filepath.Join(folder, topicsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = list.WriteString(topic + "\n")
	return errors.Join(err, list.Close())
}

// registerRemembered gives a team the apps it had before.
func (s *Simulator) registerRemembered(team string) error {
	if s.Secrets.Dir == "" {
		return nil
	}
	path := filepath.Join(KeyFolder(s.Secrets.Dir, team), topicsFile)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sim: apps of team %s: %w", team, err)
	}
	for topic := range strings.FieldsSeq(string(text)) {
		if err := s.Auth.AddApp(team, topic); err != nil {
			return fmt.Errorf("sim: %s: %w; correct the line or remove it", path, err)
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
		s.Broker.DeleteChannels(broker.AppIn(s.Spaces.Of(team), bundleID))
	}
	return nil
}
