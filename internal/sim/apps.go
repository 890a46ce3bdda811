package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// topicsFile lists, one to a line, the bundle IDs of the team in whose folder
// of keys it lies. Without it a device would keep its tokens over a restart,
// and nobody could push to them.
const topicsFile = "topics"

// registerApp gives an app to a team and, if the secrets have a directory,
// remembers it there.
func (s *Simulator) registerApp(team, topic string) error {
	known := slices.Contains(s.Auth.Apps(team), topic)
	if err := s.Auth.AddApp(team, topic); err != nil || known || s.Secrets.Dir == "" {
		return err
	}
	folder := KeyFolder(s.Secrets.Dir, team)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("sim: remember %s: %w", topic, err)
	}
	list, err := os.OpenFile(filepath.Join(folder, topicsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("sim: remember %s: %w", topic, err)
	}
	_, err = list.WriteString(topic + "\n")
	return errors.Join(err, list.Close())
}

// rememberedApps reads the topics of a team.
func (s *Secrets) rememberedApps(team string) ([]string, error) {
	if s.Dir == "" {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(KeyFolder(s.Dir, team), topicsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("sim: apps of team %s: %w", team, err)
	}
	return strings.Fields(string(text)), nil
}
